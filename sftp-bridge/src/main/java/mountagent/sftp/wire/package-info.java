/// The bytes of SFTP version 3 and of OpenSSH's extensions to it: messages cut out of a stream, requests read
/// from them within their bounds, replies built.
///
/// References: draft-ietf-secsh-filexfer-02, OpenSSH's PROTOCOL file. Entry points: `Frames`, `RequestDecoder`,
/// `Reply`.
@NullMarked
package mountagent.sftp.wire;

import org.jspecify.annotations.NullMarked;
