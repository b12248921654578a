/// The old protocol of `scp`, on the same requests that SFTP is made of: a program on the other side names the files
/// one
/// by one. Knows no SSH.
///
/// Entry point: `ScpTransfer`.
@NullMarked
package mountagent.sftp.scp;

import org.jspecify.annotations.NullMarked;
