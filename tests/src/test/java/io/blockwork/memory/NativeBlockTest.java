package io.blockwork.memory;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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

  @Test
  void asksLinuxForHugePages() throws IOException {
    Path maps = Path.of("/proc/self/smaps");
    assumeTrue(Files.exists(maps), "Linux only");
    try (NativeBlock block = NativeBlock.allocate(LARGE)) {
      block.clear();
      assertThat(flags(Files.readAllLines(maps), block.address())).contains(" hg");
    }
  }

  /** A huge page for every few values would be thousands of times as much as is written. */
  @Test
  void asksForNoneWhereLittleWillBeWritten() throws IOException {
    Path maps = Path.of("/proc/self/smaps");
    assumeTrue(Files.exists(maps), "Linux only");
    // More than the C library ever takes from memory that others had before.
    try (NativeBlock block = NativeBlock.allocateSparse(64 << 20, "a test")) {
      assertThat(block.address() % 64).isEqualTo(0);
      assertThat(flags(Files.readAllLines(maps), block.address())).doesNotContain(" hg");
    }
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
