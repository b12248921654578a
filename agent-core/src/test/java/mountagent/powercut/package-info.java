/// The power-cut form of the model test: what a disk may be left with when the power goes, and whether a volume stands
/// it.
///
/// [mountagent.powercut.CutEngine] and [mountagent.powercut.CutStore] watch what was made safe,
/// [mountagent.powercut.Cut]
/// makes the worst state that a power cut may leave at an instant.
@NullMarked
package mountagent.powercut;

import org.jspecify.annotations.NullMarked;
