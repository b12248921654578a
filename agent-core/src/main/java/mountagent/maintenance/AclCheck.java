package mountagent.maintenance;

import java.util.HashMap;
import java.util.Map;
import mountagent.base.FsException;
import mountagent.meta.AclRule;
import mountagent.meta.Node;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;

/// The ACL rules that nodes name are stored, access lists agree with modes, and only directories have default lists.
final class AclCheck implements VolumeCheck {
    private static final int PERMISSION_BITS = 0777;

    @Override
    public String name() {
        return "acls";
    }

    @Override
    public void run(VolumeImage image, Findings findings) throws FsException {
        Map<Integer, AclRule> rules = new HashMap<>();
        image.forEach(new Scan.Acls(0), placed -> rules.put(placed.id(), placed.rule()));
        image.nodes().forEach((inode, node) -> {
            if (node.accessAcl() != 0) {
                checkAccess(image, inode, node, rules.get(node.accessAcl()), findings);
            }
            if (node.defaultAcl() != 0) {
                checkDefault(image, inode, node, rules.get(node.defaultAcl()), findings);
            }
        });
    }

    private static void checkAccess(
            VolumeImage image, long inode, Node node, @Nullable AclRule rule, Findings findings) {
        if (rule == null) {
            findings.error(inode, lacking(image, inode, node.accessAcl()));
        } else if (rule.mode() != (node.mode() & PERMISSION_BITS)) {
            findings.warning(
                    inode,
                    "the access list of " + image.name(inode) + " says " + Integer.toOctalString(rule.mode())
                            + ", its mode " + Integer.toOctalString(node.mode() & PERMISSION_BITS));
        }
    }

    private static void checkDefault(
            VolumeImage image, long inode, Node node, @Nullable AclRule rule, Findings findings) {
        if (rule == null) {
            findings.error(inode, lacking(image, inode, node.defaultAcl()));
        } else if (!node.isDirectory()) {
            findings.warning(inode, image.name(inode) + " has a default list and is no directory");
        }
    }

    private static String lacking(VolumeImage image, long inode, int rule) {
        return image.name(inode) + " names ACL rule " + Integer.toUnsignedString(rule) + ", which is not stored";
    }
}
