/// Puts the parts together: from a metadata URL to a volume, from a volume to a mount, and back in order.
///
/// The only package that sees every other one. Its types are used by one thread unless they say otherwise.
@NullMarked
package mountagent.service;

import org.jspecify.annotations.NullMarked;
