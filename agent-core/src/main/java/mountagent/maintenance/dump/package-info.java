/// All metadata of a volume as one JSON document, in the official client's form, and back.
///
/// [mountagent.maintenance.dump.MetadataDump] writes it from any engine,
/// [mountagent.maintenance.dump.MetadataLoad] makes a volume of it in any engine,
/// [mountagent.maintenance.dump.DumpFile] is the file it is in, [mountagent.maintenance.dump.MetadataBackup]
/// the job that keeps such files in the object store. Documents are streamed both ways: memory is bounded
/// whatever the size of the volume. Each run belongs to one thread. Reference: volume-format.md §8 and §9,
/// maintenance.md §5.
@NullMarked
package mountagent.maintenance.dump;

import org.jspecify.annotations.NullMarked;
