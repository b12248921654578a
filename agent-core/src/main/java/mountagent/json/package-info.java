/// JSON documents as trees that keep what they do not know: member order, unknown members, number literals.
///
/// The stored format and the control protocol both need to hand a document on with everything a newer program put in
/// it, so nothing here is bound to classes. All types are immutable. Entry point: [Json].
@NullMarked
package mountagent.json;

import org.jspecify.annotations.NullMarked;
