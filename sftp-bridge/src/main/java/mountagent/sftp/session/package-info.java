/// One SFTP channel between its bytes and what its requests mean: which requests may overlap, how many are
/// under way, how much memory their replies take. Knows no SSH.
///
/// Entry point: `SftpSession`.
@NullMarked
package mountagent.sftp.session;

import org.jspecify.annotations.NullMarked;
