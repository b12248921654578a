/// Volumes made by released versions of the official client, for tests. Entry point: [GoldenVolume].
@NullMarked
package mountagent.golden;

import org.jspecify.annotations.NullMarked;
