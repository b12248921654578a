/// What requests mean: each is carried out on the volume's facade, by inode, with the rights of its user and
/// inside the user's root directory.
///
/// Entry point: `Operations`.
@NullMarked
package mountagent.sftp.files;

import org.jspecify.annotations.NullMarked;
