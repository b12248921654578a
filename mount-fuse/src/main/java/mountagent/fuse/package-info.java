/// The FUSE front end: shows a volume as a mount of Linux by speaking the kernel's protocol.
///
/// Entry point: [mountagent.fuse.FuseProvider]. A mount is a [mountagent.fuse.FuseConnection]: a few platform
/// threads receive messages from a [mountagent.fuse.Transport], answer at once what needs no waiting, and
/// hand everything else to a virtual thread of its own. One class per family of operations translates between
/// messages and the facade. The node id of the kernel is the inode, its generation 1: there is no table of
/// nodes, so forgetting is free and a restart loses nothing.
@NullMarked
package mountagent.fuse;

import org.jspecify.annotations.NullMarked;
