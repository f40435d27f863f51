package io.blockwork.memory;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.jvm.ChildJvm;
import io.blockwork.jvm.GarbageCollector;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class NativeBlockTest {
  private static final long LARGE = 9 << 20;
  private static final Path MAPS = Path.of("/proc/self/smaps");

  @Test
  void startsOnACacheLineAndIfLargeOnAHugePage() {
    try (NativeBlock small = NativeBlock.allocate(1000);
        NativeBlock large = NativeBlock.allocate(LARGE);
        NativeBlock nothing = NativeBlock.allocate(0)) {
      assertThat(small.address() % 64).isEqualTo(0);
      assertThat(large.address() % HugePages.SIZE).isEqualTo(0);
      assertThat(nothing.bytes()).isEqualTo(0);
    }
  }

  /** Prints what Linux knows of a large block, and of one of which little will be written. */
  static final class Flags {
    private Flags() {}

    /** Takes no arguments. */
    public static void main(String[] arguments) throws IOException {
      // More than the C library ever takes from memory that others had before.
      try (NativeBlock large = NativeBlock.allocate(LARGE);
          NativeBlock sparse = NativeBlock.allocateSparse(64 << 20, "a test")) {
        large.clear();
        List<String> maps = Files.readAllLines(MAPS);
        System.out.println("large" + flags(maps, large.address()));
        System.out.println("sparse" + flags(maps, sparse.address()));
        System.out.println("places " + large.address() % HugePages.SIZE + sparse.address() % 64);
      }
    }
  }

  /**
   * A huge page for every few values would be thousands of times as much as is written. In a
   * process of its own, where the C library does not ask for huge pages by itself, as it does in
   * the tests'.
   */
  @Test
  void asksLinuxForHugePagesUnlessLittleWillBeWritten() throws Exception {
    assumeTrue(Files.exists(MAPS), "Linux only");
    ProcessBuilder child = new ProcessBuilder(ChildJvm.command(List.of(), Flags.class));
    child.environment().remove("GLIBC_TUNABLES");
    List<String> output = ChildJvm.output(child).lines().toList();
    assertThat(line(output, "largeVmFlags:")).contains(" hg");
    assertThat(line(output, "sparseVmFlags:")).doesNotContain(" hg");
    assertThat(output).contains("places 00");
  }

  private static String line(List<String> output, String start) {
    return output.stream()
        .filter(line -> line.startsWith(start))
        .findFirst()
        .orElseThrow(() -> new AssertionError(String.join("\n", output)));
  }

  /** What Linux knows of the mapping that holds the address. */
  private static String flags(List<String> maps, long address) {
    boolean inside = false;
    for (String line : maps) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        String[] ends = line.substring(0, line.indexOf(' ')).split("-");
        inside =
            Long.compareUnsigned(Long.parseUnsignedLong(ends[0], 16), address) <= 0
                && Long.compareUnsigned(address, Long.parseUnsignedLong(ends[1], 16)) < 0;
      } else if (inside && line.startsWith("VmFlags:")) {
        return line;
      }
    }
    throw new AssertionError("no mapping holds the address");
  }

  /** JavaCPP's limit follows the size of Java's heap. */
  @Test
  void countsForItselfAndNotTowardsJavaCppsLimit() {
    long counted = Pointer.totalBytes();
    long before = NativeBlock.livingBytes();
    NativeBlock block = NativeBlock.allocate(LARGE);
    assertThat(NativeBlock.livingBytes() - before).isEqualTo(LARGE);
    assertThat(Pointer.totalBytes() - counted).isLessThan(LARGE);
    block.close();
    assertThat(NativeBlock.livingBytes()).isEqualTo(before);
    block.close();
    assertThat(NativeBlock.livingBytes()).isEqualTo(before);
  }

  @Test
  void moreThanTheMachineHasIsRefusedWithTheAmounts() {
    OutOfMemoryError e =
        assertThrows(OutOfMemoryError.class, () -> NativeBlock.allocate(Long.MAX_VALUE >> 1));
    assertThat(e).hasMessageThat().startsWith("4398046511103 MB of native memory were requested");
  }

  @Test
  @Timeout(300)
  void anArrayOverItKeepsItFromBeingFreed() {
    INDArray array = overABlock();
    for (int i = 0; i < 5; i++) {
      long before = NativeBlock.livingBytes();
      NativeBlock.allocate(LARGE);
      // By then the collector has been there, and its cleaners.
      GarbageCollector.runUntil(() -> NativeBlock.livingBytes() <= before);
      // Memory that was freed would be handed out again, and overwritten.
      try (NativeBlock other = NativeBlock.allocate(4000)) {
        other.clear();
      }
    }
    assertThat(array.sumNumber().intValue()).isEqualTo(999 * 1000 / 2);
  }

  private static INDArray overABlock() {
    NativeBlock block = NativeBlock.allocate(4000);
    FloatBuffer values = NativeValues.of(block, DataType.FLOAT, 0, 1000).floats();
    for (int i = 0; i < 1000; i++) {
      values.put(i, i);
    }
    long[] shape = {1000};
    return Nd4j.create(block.buffer(DataType.FLOAT), shape, new long[] {1}, 0, 'c', DataType.FLOAT);
  }

  @Test
  void valuesBeyondItsEndAreRefused() {
    try (NativeBlock block = NativeBlock.allocate(40)) {
      assertThat(NativeValues.of(block, DataType.FLOAT, 4, 6).length()).isEqualTo(6);
      assertThrows(
          IndexOutOfBoundsException.class, () -> NativeValues.of(block, DataType.FLOAT, 5, 6));
      assertThrows(
          IllegalStateException.class,
          () -> NativeValues.of(block, DataType.FLOAT, 0, 10).doubles());
    }
  }

  @Test
  void onlyRowMajorArraysWithoutGapsHavePlainMemory() {
    INDArray array = Nd4j.arange(12).castTo(DataType.FLOAT).reshape('c', 3, 4);
    assertThat(NativeValues.isContiguous(array)).isTrue();
    assertThat(NativeValues.isContiguous(array.transpose())).isFalse();
    assertThat(NativeValues.contiguous(array.transpose())).isEqualTo(array.transpose());
    assertThat(NativeValues.contiguous(array)).isSameInstanceAs(array);
    INDArray row = array.getRow(1);
    assertThat(NativeValues.of(row).floats().get(0)).isEqualTo(4);
    assertThrows(IllegalArgumentException.class, () -> NativeValues.of(array.transpose()));
  }

  /** A ByteBuffer addresses less than 2 GiB, an array of Java four times as much. */
  @Test
  void valuesAreCopiedInPiecesThatABufferAddresses() {
    float[] values = {1, 2, 3, 4, 5, 6, 7};
    for (int piece = 1; piece <= 8; piece++) {
      try (NativeBlock block = NativeBlock.allocate(5 * Float.BYTES)) {
        FloatBuffer from = FloatBuffer.wrap(values, 1, 5);
        NativeValues.write(from, block.address(), piece);
        assertThat(from.remaining()).isEqualTo(0);
        float[] back = new float[7];
        NativeValues.read(block.address(), FloatBuffer.wrap(back, 2, 5), piece);
        assertThat(back).isEqualTo(new float[] {0, 0, 2, 3, 4, 5, 6});
      }
    }
    assertThat(assertThrows(IllegalArgumentException.class, () -> NativeValues.floats(64, 1 << 29)))
        .hasMessageThat()
        .isEqualTo("a buffer holds less than 2 GiB, got 2147483648 bytes");
  }
}
