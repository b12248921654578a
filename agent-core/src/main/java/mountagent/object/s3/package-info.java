/// The driver for stores that speak S3, on the AWS SDK for Java (reference: libraries.md "Traps: S3 with the AWS SDK",
/// cli.md §8).
///
/// Entry point: [mountagent.object.s3.S3Store]. Calls block on the caller's thread; the driver itself tries everything
/// once, within a time limit. Nothing outside of this package knows the SDK.
@NullMarked
package mountagent.object.s3;

import org.jspecify.annotations.NullMarked;
