package io.blockwork.weights;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.parameters.Parameters;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that lie are refused with what the lie is, before memory is taken. */
class HostileFilesTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // beyond the file, negative, reversed
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,1600]}} | data_offsets",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[-16,0]}} | data_offsets",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[16,0]}} | data_offsets",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,9223372036854775807]}} | data_offsets",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,99999999999999999999]}} | header",
        // too few bytes for the shape, a product that overflows, a negative size, too many sizes
        "{'a':{'dtype':'F32','shape':[5],'data_offsets':[0,16]}} | reaches to byte 20",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,16]}} | 16 bytes for 3 values",
        "{'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,16]}} | impossible",
        "{'a':{'dtype':'F32','shape':[-4],'data_offsets':[0,16]}} | impossible shape",
        // overlap, gap, values that no tensor covers
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]},"
            + "'b':{'dtype':'F32','shape':[2],'data_offsets':[8,16]}} | b starts at byte 8",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},"
            + "'b':{'dtype':'F32','shape':[2],'data_offsets':[8,16]}} | ends at 4",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | cover 8 of 16 bytes",
        // types and structure
        "{'a':{'dtype':'F8_E4M3','shape':[16],'data_offsets':[0,16]}} | number type F8_E4M3",
        "{'a':{'dtype':'F32','shape':[4]}} | data_offsets",
        "{'a':7} | VALUE_NUMBER_INT instead of START_OBJECT",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16]},"
            + "'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16]}} | Duplicate",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16]}}{} | goes on after",
        "{'a | header"
      })
  void refusesALyingSafetensorsHeader(String header, String message) throws IOException {
    byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + json.length + 16)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json);
    assertRefused(file.array(), message);
  }

  @Test
  void refusesAHeaderLongerThanTheFile() throws IOException {
    ByteBuffer file = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(1L << 39);
    assertRefused(
        file.put((byte) '{').array(), "its header has 549755813888 bytes, but the file only 64");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tiny-resnet-zip.pth",
        "tiny-resnet-legacy.pth",
        "tiny-resnet.safetensors",
        "written/tiny.npz",
        "written/numpy-savez-compressed.npz"
      })
  void refusesEveryTruncation(String name) throws IOException {
    byte[] whole = Files.readAllBytes(Samples.path(name));
    for (int length = 0; length < whole.length; length += 1 + whole.length / 300) {
      assertRefused(Arrays.copyOf(whole, length), "");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-resnet-zip.pth", "written/tiny.npz"})
  void refusesAWrongCrcAndChangesNothing(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(Samples.path(name));
    int last = find(bytes, Files.readAllBytes(Samples.path("tiny-resnet.safetensors")));
    bytes[last] ^= 1;
    Parameters parameters = Samples.tiny();
    parameters.write(memory -> memory.flat().assign(5));
    try (Weights weights = Weights.open(write(bytes))) {
      WeightsException error = assertThrows(WeightsException.class, () -> parameters.load(weights));
      assertThat(error).hasMessageThat().contains("is damaged: the content of the zip entry ");
    }
    assertThat(parameters.flat().minNumber().doubleValue()).isEqualTo(5);
    assertThat(parameters.flat().maxNumber().doubleValue()).isEqualTo(5);
  }

  @Test
  void refusesAZipBomb() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("bomb.npy"));
      for (int i = 0; i < 50; i++) {
        zip.write(new byte[1 << 20]);
      }
      zip.closeEntry();
    }
    assertThat(bytes.size()).isLessThan(100_000);
    assertRefused(bytes.toByteArray(), "a zip bomb: ");
  }

  @Test
  void refusesAZipEntryThatClaimsMoreThanItCanHold() throws IOException {
    byte[] bytes = Files.readAllBytes(Samples.path("written/numpy-savez-compressed.npz"));
    int directory = find(bytes, new byte[] {'P', 'K', 1, 2});
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(directory + 24, 1 << 30);
    assertRefused(bytes, "cannot hold 1073741824 bytes in");
  }

  @Test
  void refusesZipEntriesThatOverlap() throws IOException {
    byte[] bytes = Files.readAllBytes(Samples.path("written/numpy-savez.npz"));
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int first = find(bytes, new byte[] {'P', 'K', 1, 2});
    int size = buffer.getInt(first + 24);
    buffer.putInt(first + 20, size + 64).putInt(first + 24, size + 64);
    assertRefused(bytes, "overlap");
  }

  @Test
  void refusesObjectArrays() throws IOException {
    byte[] bytes = Files.readAllBytes(Samples.path("written/numpy-savez.npz"));
    int descriptor = find(bytes, "'<f4'".getBytes(StandardCharsets.US_ASCII));
    bytes[descriptor + 1] = '|';
    bytes[descriptor + 2] = 'O';
    assertRefused(bytes, "the number type |O4");
  }

  @Test
  void refusesATextLongerThanTheFileBeforeTakingMemory() throws IOException {
    byte[] bytes = Files.readAllBytes(Samples.path("tiny-resnet-legacy.pth"));
    int text = find(bytes, "conv1.weight".getBytes(StandardCharsets.US_ASCII));
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(text - 4, 0x7fff_ffff);
    assertRefused(bytes, "2147483647 bytes where only");
  }

  @Test
  void refusesATensorThatRepeatsOneValue() throws IOException {
    byte[] bytes = Files.readAllBytes(Samples.path("views-legacy.pth"));
    // every_second: offset 1, shape (12,), stride (2,) becomes shape (200,), stride (0,).
    int name = find(bytes, "every_second".getBytes(StandardCharsets.US_ASCII));
    int shape = name + find(Arrays.copyOfRange(bytes, name, bytes.length), new byte[] {'K', 12});
    bytes[shape + 1] = (byte) 200;
    int stride = shape + find(Arrays.copyOfRange(bytes, shape, bytes.length), new byte[] {'K', 2});
    bytes[stride + 1] = 0;
    assertRefused(bytes, "has more values than its storage of 96 bytes holds, and so repeats some");
  }

  @Test
  void refusesInstructionsThatBuildObjects() throws IOException {
    byte[] bytes = Files.readAllBytes(Samples.path("tiny-resnet-legacy.pth"));
    int text = find(bytes, "conv1.weight".getBytes(StandardCharsets.US_ASCII));
    bytes[text + "conv1.weight".length()] = 'o';
    assertRefused(bytes, "the pickle instruction 0x6f does not occur in weights");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<!DOCTYPE html><html>not found</html> | perhaps a web page or a Git LFS pointer",
        "version https://git-lfs.github.com/spec/v1 | perhaps a web page or a Git LFS pointer",
        "nothing of the kind | is not a weight file",
        "x | is not a weight file"
      })
  void saysWhatATextFileMayBe(String text, String message) throws IOException {
    assertRefused(text.getBytes(StandardCharsets.US_ASCII), message);
  }

  @Test
  void saysThatAFileIsMissing() {
    WeightsException error =
        assertThrows(WeightsException.class, () -> Weights.open(folder.resolve("none.pth")));
    assertThat(error).hasMessageThat().contains("none.pth: does not exist");
  }

  private void assertRefused(byte[] bytes, String message) throws IOException {
    Path file = write(bytes);
    WeightsException error = assertThrows(WeightsException.class, () -> readAll(file));
    assertThat(error).hasMessageThat().contains(message);
    assertThat(error).hasMessageThat().contains(file.toString());
  }

  private static void readAll(Path file) {
    try (Weights weights = Weights.open(file)) {
      weights.names().forEach(weights::get);
    }
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("file"), bytes);
  }

  /** Where a sequence starts; for a whole weight file, where its last eight bytes are. */
  private static int find(byte[] bytes, byte[] wanted) {
    byte[] part =
        wanted.length > 64 ? Arrays.copyOfRange(wanted, wanted.length - 8, wanted.length) : wanted;
    for (int at = 0; at + part.length <= bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
        return at;
      }
    }
    throw new AssertionError("the sample has changed: the sequence is not in it");
  }
}
