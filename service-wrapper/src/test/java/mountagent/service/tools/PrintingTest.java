package mountagent.service.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import mountagent.base.FsException;
import org.junit.jupiter.api.Test;

/// Answers of mounts as the official client 1.4.1 gives them, and the text that its tools make of them.
final class PrintingTest {
    private final StringWriter text = new StringWriter();
    private final PrintWriter out = new PrintWriter(text);

    private static Fields fields(String document) throws FsException {
        return Fields.of(new Reply(0, document.getBytes(StandardCharsets.UTF_8)));
    }

    private String printed() {
        out.flush();
        return text.toString();
    }

    @Test
    void infoOfAFileWithLinksHolesAndLocks() throws FsException {
        var info = fields("""
                {"Ino":22,"Failed":false,"Reason":"",
                "Summary":{"Length":200000000,"Size":200003584,"Files":1,"Dirs":0},"Paths":["/sp","/d/sp"],
                "Chunks":null,"Objects":[
                {"ChunkIndex":0,"Key":"","Size":100,"Off":0,"Len":100},
                {"ChunkIndex":0,"Key":"vol/chunks/0/0/5_0_10","Size":10,"Off":0,"Len":10},
                {"ChunkIndex":1,"Key":"","Size":2891136,"Off":0,"Len":2891136},
                {"ChunkIndex":1,"Key":"vol/chunks/0/0/7_0_4194304","Size":4194304,"Off":0,"Len":4194304},
                {"ChunkIndex":1,"Key":"vol/chunks/0/0/7_1_4194304","Size":4194304,"Off":0,"Len":4194304}],
                "PLocks":[{"Sid":1,"Owner":4228639464310982063,"Type":0,"Pid":4585,"Start":5,"End":14}],
                "FLocks":[{"Sid":1,"Owner":16926357949950991960,"Type":"W"}],
                "Tier":{"ID":0,"StorageClass":"actual()","Tag":""},"RestoreStatus":""}
                """);
        new InfoPrinter(out).print("sp", info);
        assertEquals("""
                sp :
                  inode: 22
                  files: 1
                   dirs: 0
                 length: 190.73 MiB (200000000 Bytes)
                   size: 190.74 MiB (200003584 Bytes)
                  paths:
                \t/sp
                \t/d/sp
                   tier: 0->actual()\s
                 objects:
                +------------+----------------------------+---------+--------+---------+----------+
                | chunkIndex |         objectName         |   size  | offset |  length |    pos   |
                +------------+----------------------------+---------+--------+---------+----------+
                |          0 |                            |     100 |      0 |     100 |        0 |
                |          0 | vol/chunks/0/0/5_0_10      |      10 |      0 |      10 |      100 |
                |          1 |                            | 2891136 |      0 | 2891136 | 67108864 |
                |          1 | vol/chunks/0/0/7_0_4194304 | 4194304 |      0 | 4194304 | 70000000 |
                |          1 | vol/chunks/0/0/7_1_4194304 | 4194304 |      0 | 4194304 | 74194304 |
                +------------+----------------------------+---------+--------+---------+----------+
                 flocks:
                +-----+----------------------+------+
                | Sid |         Owner        | Type |
                +-----+----------------------+------+
                | 1   | 16926357949950991960 |    W |
                +-----+----------------------+------+
                 plocks:
                +-----+---------------------+------+------+-------+-----+
                | Sid |        Owner        | Type |  Pid | Start | End |
                +-----+---------------------+------+------+-------+-----+
                | 1   | 4228639464310982063 |    R | 4585 |     5 |  14 |
                +-----+---------------------+------+------+-------+-----+
                """, printed());
    }

    @Test
    void rawInfoShowsSlicesAndSmallSizesAreInBytes() throws FsException {
        var info = fields("""
                {"Ino":5,"Summary":{"Length":6,"Size":4096,"Files":1,"Dirs":0},"Paths":["/d/a"],
                "Chunks":[{"ChunkIndex":0,"Id":1,"Size":6,"Off":0,"Len":6}],"Objects":null}
                """);
        new InfoPrinter(out).print("d/a", info);
        assertEquals("""
                d/a :
                  inode: 5
                  files: 1
                   dirs: 0
                 length: 6 Bytes
                   size: 4.00 KiB (4096 Bytes)
                   path: /d/a
                 chunks:
                +------------+---------+------+--------+--------+
                | chunkIndex | sliceId | size | offset | length |
                +------------+---------+------+--------+--------+
                |          0 |       1 |    6 |      0 |      6 |
                +------------+---------+------+--------+--------+
                """, printed());
    }

    private static final String TREE = """
            {"Errno":0,"Tree":{"Inode":2,"Path":"","Type":2,"Size":5038080,"Files":7,"Dirs":3,"Children":[
            {"Inode":6,"Path":"big","Type":1,"Size":5001216,"Files":1,"Dirs":0},
            {"Inode":3,"Path":"e","Type":2,"Size":16384,"Files":2,"Dirs":2,"Children":[
            {"Inode":4,"Path":"e/f","Type":2,"Size":8192,"Files":1,"Dirs":1},
            {"Inode":9,"Path":"e/1,2","Type":1,"Size":7,"Files":1,"Dirs":0}]},
            {"Inode":0,"Path":"...","Type":1,"Size":16384,"Files":4,"Dirs":0}]}}
            """;

    @Test
    void summaryAsATable() throws FsException {
        new SummaryPrinter(out).table(fields(TREE).member("Tree"));
        assertEquals("""
                +-------+---------+------+-------+
                |  PATH |   SIZE  | DIRS | FILES |
                +-------+---------+------+-------+
                | /     | 4.8 MiB |    3 |     7 |
                | big   | 4.8 MiB |    0 |     1 |
                | e/    |  16 KiB |    2 |     2 |
                | e/f/  | 8.0 KiB |    1 |     1 |
                | e/1,2 |     7 B |    0 |     1 |
                | ...   |  16 KiB |    0 |     4 |
                +-------+---------+------+-------+
                """, printed());
    }

    @Test
    void summaryAsCsvQuotesWhatNeedsIt() throws FsException {
        new SummaryPrinter(out).csv(fields(TREE).member("Tree"));
        assertEquals("""
                PATH,SIZE,DIRS,FILES
                /,5038080,3,7
                big,5001216,0,1
                e/,16384,2,2
                e/f/,8192,1,1
                "e/1,2",7,0,1
                ...,16384,0,4
                """, printed());
    }
}
