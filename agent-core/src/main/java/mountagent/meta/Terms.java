package mountagent.meta;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import mountagent.base.FsException;

/// The setting and the quotas that one operation goes by, from the plan it makes to its last run, whatever a reload
/// changes meanwhile. It knows which items must be planned so that use can be charged to all that count it.
record Terms(VolumeFormat format, QuotaTable quotas) {
    /// Whether a quota's usage is kept: where it exists, and for every user and group where the setting says so.
    boolean counts(QuotaKey key) {
        return quotas.has(key) || format.userGroupQuota() && key.kind() != QuotaKey.Kind.DIRECTORY;
    }

    /// `items` and what charging an entry of `directory` needs.
    List<Item<?>> charging(long directory, Item<?>... items) {
        List<Item<?>> all = new ArrayList<>(List.of(items));
        all.addAll(charging(directory));
        return all;
    }

    /// What charging an entry of `directory` needs.
    List<Item<?>> charging(long directory) {
        return quotas.hasDirectories() ? List.of(new Item.Ancestors(directory)) : List.of();
    }

    /// First stage of a plan that reads the node of `inode` and charges a change of its length.
    List<Item<?>> resizing(long inode) {
        List<Item<?>> items = new ArrayList<>();
        items.add(new Item.NodeOf(inode));
        if (quotas.hasDirectories()) {
            items.add(new Item.ParentLinks(inode));
        }
        return items;
    }

    /// Second stage of that plan: what must be known of the directories that hold the file.
    Collection<Item<?>> holders(MetaReader first, long inode) throws FsException {
        Node node = first.get(new Item.NodeOf(inode));
        if (node == null || node.nlink() == 0) {
            return List.of();
        }
        List<Item<?>> items = new ArrayList<>();
        if (node.parent() != 0) {
            items.addAll(charging(node.parent()));
        } else if (quotas.hasDirectories()) {
            first.get(new Item.ParentLinks(inode)).keySet().forEach(parent -> items.add(new Item.Ancestors(parent)));
        } else if (format.dirStats()) {
            items.add(new Item.ParentLinks(inode));
        }
        return items;
    }
}
