/// Who may log in, and as whom: the file of users, hashes of passwords, public keys and where they may be used
/// from.
///
/// Entry points: `UserFile`, `SftpUser`.
@NullMarked
package mountagent.sftp.users;

import org.jspecify.annotations.NullMarked;
