package io.blockwork.weights;

import static com.google.common.truth.Truth.assertWithMessage;

import com.sun.management.ThreadMXBean;
import io.blockwork.parameters.Parameters;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Damaged copies of every sample end in success or a {@link WeightsException}, and never take more
 * than about twice the file's size in memory (and a fixed allowance for buffers and messages).
 */
class WeightsFuzzTest {
  /** Thirteen files by 1,700 mutants: more than 20,000. */
  private static final int TRIES = 22_100;

  private static final List<String> FILES =
      List.of(
          "tiny-resnet-zip.pth",
          "tiny-resnet-legacy.pth",
          "tiny-resnet-dataparallel.pth",
          "tiny-resnet-half.pth",
          "tiny-resnet.safetensors",
          "malicious-os-system-zip.pth",
          "malicious-os-system-legacy.pth",
          "views-zip.pth",
          "views-legacy.pth",
          "written/tiny.npz",
          "written/tiny.safetensors",
          "written/numpy-savez.npz",
          "written/numpy-savez-compressed.npz");

  private static final long ALLOWANCE = 1 << 20;
  private static final int[] TELLING = {0, 1, 0x7f, 0x80, 0xff, '(', '.', '{', '9', '-', 'R', 'c'};

  private static Path folder = Path.of("");
  private static Parameters parameters = Samples.tiny();

  private final ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @BeforeContainer
  static void prepare() throws IOException {
    folder = Files.createTempDirectory("blockwork-fuzz");
    parameters = Samples.tiny();
    // Once without a limit: the first use of ND4J and of each format loads classes.
    for (String file : FILES) {
      use(Samples.path(file), true);
      use(Samples.path(file), false);
    }
  }

  @AfterContainer
  static void cleanUp() throws IOException {
    Files.deleteIfExists(folder.resolve("mutant"));
    Files.delete(folder);
  }

  @Property(
      seed = "2026",
      tries = TRIES,
      shrinking = ShrinkingMode.OFF,
      edgeCases = EdgeCasesMode.NONE)
  void everyMutantIsReadOrRefused(@ForAll @IntRange(max = 12) int file, @ForAll("seeds") long seed)
      throws IOException {
    byte[] mutant = mutate(Files.readAllBytes(Samples.path(FILES.get(file))), new Random(seed));
    Path path = Files.write(folder.resolve("mutant"), mutant);
    long before = memory.getCurrentThreadAllocatedBytes();
    use(path, seed % 2 == 0);
    long taken = memory.getCurrentThreadAllocatedBytes() - before;
    assertWithMessage("bytes allocated for %s of %s bytes, seed %s", file, mutant.length, seed)
        .that(taken)
        .isAtMost(2L * mutant.length + ALLOWANCE);
  }

  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.longs().withDistribution(RandomDistribution.uniform());
  }

  /** Reads all that there is; only a WeightsException is an acceptable end. */
  private static void use(Path path, boolean strictly) {
    try (Weights weights = Weights.open(path)) {
      Weights everything = weights.everything();
      if (everything.names().size() < 20) {
        everything.names().forEach(everything::get);
      }
      if (strictly) {
        parameters.load(weights);
      } else {
        parameters.load(weights.lenient());
      }
    } catch (WeightsException e) {
      assertWithMessage("the message of %s", e).that(e.getMessage()).isNotEmpty();
    }
  }

  private static byte[] mutate(byte[] original, Random random) {
    byte[] bytes = original.clone();
    int from = 0;
    int to = bytes.length;
    Entry pickle = new Entry(bytes);
    // Half of the zip files are changed within the pickle only, and its CRC is made right.
    boolean inside = pickle.found() && random.nextBoolean();
    if (inside) {
      from = pickle.start();
      to = pickle.start() + pickle.length();
    } else if (random.nextBoolean()) {
      // Headers and directories are where it matters; the values can be anything.
      to = Math.min(to, 4096);
    }
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      change(bytes, from, to, random);
    }
    if (inside) {
      pickle.repair(bytes);
      return bytes;
    }
    return switch (random.nextInt(10)) {
      case 0 -> java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 1 -> remove(bytes, random);
      case 2 -> java.util.Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(100));
      default -> bytes;
    };
  }

  private static void change(byte[] bytes, int from, int to, Random random) {
    int at = from + random.nextInt(to - from);
    switch (random.nextInt(6)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt();
      case 2 -> bytes[at] = (byte) TELLING[random.nextInt(TELLING.length)];
      case 3 -> {
        // A length, perhaps: 16, 32 or 64 bits with a large, negative or small value.
        int width = Math.min(2 << random.nextInt(3), to - at);
        long value = random.nextBoolean() ? -random.nextInt(3) : random.nextLong() >> 20;
        for (int i = 0; i < width; i++) {
          bytes[at + i] = (byte) (value >> 8 * i);
        }
      }
      case 4 -> {
        int length = Math.min(1 + random.nextInt(40), to - at);
        int source = from + random.nextInt(to - from - length + 1);
        System.arraycopy(bytes, source, bytes, at, length);
      }
      default -> {
        // A digit in a text header.
        for (int i = at; i < to; i++) {
          if (bytes[i] >= '0' && bytes[i] <= '9') {
            bytes[i] = (byte) ('0' + random.nextInt(10));
            break;
          }
        }
      }
    }
  }

  private static byte[] remove(byte[] bytes, Random random) {
    int at = random.nextInt(bytes.length);
    int length = Math.min(1 + random.nextInt(64), bytes.length - at);
    byte[] shorter = new byte[bytes.length - length];
    System.arraycopy(bytes, 0, shorter, 0, at);
    System.arraycopy(bytes, at + length, shorter, at, shorter.length - at);
    return shorter;
  }

  /** The pickle in a zip file of PyTorch, found in the directory. */
  private static final class Entry {
    private int directory = -1;
    private int start;
    private int length;

    Entry(byte[] zip) {
      ByteBuffer buffer = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
      for (int at = 0; at + 46 < zip.length && directory < 0; at++) {
        if (buffer.getInt(at) == 0x02014b50) {
          int name = buffer.getShort(at + 28);
          String text = new String(zip, at + 46, name, StandardCharsets.UTF_8);
          if (text.endsWith("data.pkl")) {
            directory = at;
            length = buffer.getInt(at + 24);
            int local = buffer.getInt(at + 42);
            start = local + 30 + buffer.getShort(local + 26) + buffer.getShort(local + 28);
          }
        }
      }
    }

    boolean found() {
      return directory >= 0;
    }

    int start() {
      return start;
    }

    int length() {
      return length;
    }

    void repair(byte[] zip) {
      CRC32 crc = new CRC32();
      crc.update(zip, start, length);
      ByteBuffer.wrap(zip)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt(directory + 16, (int) crc.getValue());
    }
  }
}
