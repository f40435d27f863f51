package io.blockwork.weights;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Small files that describe very much are refused, or read in little time")
@Timeout(300)
class BudgetTest {
  @TempDir Path folder;

  @Test
  void refusesOneTensorUnderHalfAMillionNames() throws IOException {
    Path file =
        pickle(
            out -> {
              put(out, "}(");
              for (int i = 0; i < 500_000; i++) {
                text(out, Integer.toString(i, 36));
                tensor(out, i == 0);
              }
              put(out, "u.");
            });
    assertRefused(file, "lists more than 65536 tensors");
  }

  @Test
  void opensEmptyDictionariesBesideManyNames() throws IOException {
    Path file =
        pickle(
            out -> {
              put(out, "}(");
              for (int i = 0; i < 60_000; i++) {
                text(out, "t" + i);
                tensor(out, i == 0);
                text(out, "d" + i);
                put(out, "}");
              }
              put(out, "u.");
            });
    try (Weights weights = Weights.open(file)) {
      assertThat(weights.names()).hasSize(60_000);
    }
  }

  @Test
  void refusesAPickleOfMillionsOfDictionaries() throws IOException {
    assertRefused(
        pickle(out -> put(out, "}".repeat(1_000_000) + ".")), "has a pickle of more than");
  }

  @Test
  void refusesToCopyOneDictionaryAgainAndAgain() throws IOException {
    Path file =
        pickle(
            out -> {
              put(out, "}(");
              for (int i = 0; i < 50_000; i++) {
                text(out, "k" + i);
                put(out, "K\001");
              }
              put(out, "uq\001");
              put(out, "0");
              for (int i = 0; i < 50_000; i++) {
                put(out, "ccollections\nCounter\nh\001\u0085R0");
              }
              put(out, "N.");
            });
    assertRefused(file, "has a pickle of more than");
  }

  @Test
  void refusesLongNamesWithinLongNames() throws IOException {
    Path file =
        pickle(
            out -> {
              put(out, "}");
              text(out, "x".repeat(60_000));
              put(out, "}(");
              for (int i = 0; i < 1000; i++) {
                text(out, "t" + i);
                tensor(out, i == 0);
              }
              put(out, "us.");
            });
    assertRefused(file, "has names of more than 8388608 characters");
  }

  @Test
  void refusesAHeaderOfTooManyTensors() throws IOException {
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i < 70_000; i++) {
      header.append(
          "\"%d\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},".formatted(i));
    }
    byte[] json = (header.substring(0, header.length() - 1) + "}").getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length);
    assertRefused(write(file.put(json).array()), "lists more than 65536 tensors");
  }

  @Test
  void refusesAnArchiveOfTooManyArrays() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (int i = 0; i < 70_000; i++) {
        stored(zip, i + ".npy", new byte[0]);
      }
    }
    assertRefused(write(bytes.toByteArray()), "lists more than 65536 tensors");
  }

  private void assertRefused(Path file, String message) {
    var error = assertThrows(WeightsException.class, () -> Weights.open(file).close());
    assertThat(error).hasMessageThat().contains(message);
  }

  /** A tensor of one value, described in full the first time and fetched from the memo later. */
  private static void tensor(ByteArrayOutputStream out, boolean first) {
    if (first) {
      put(out, "ctorch._utils\n_rebuild_tensor_v2\n((");
      text(out, "storage");
      put(out, "ctorch\nFloatStorage\n");
      text(out, "0");
      text(out, "cpu");
      put(out, "K\001tQK\000K\001\u0085K\001\u0085\u0089N");
      put(out, "tRq\000");
    } else {
      put(out, "h\000");
    }
  }

  private static void text(ByteArrayOutputStream out, String text) {
    out.write('X');
    out.writeBytes(
        ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(text.length()).array());
    put(out, text);
  }

  private static void put(ByteArrayOutputStream out, String bytes) {
    out.writeBytes(bytes.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** A file as torch.save writes it, of a pickle and the storage of one float. */
  private Path pickle(Consumer<ByteArrayOutputStream> content) throws IOException {
    ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    put(pickle, "\u0080\002");
    content.accept(pickle);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      stored(zip, "a/data.pkl", pickle.toByteArray());
      stored(zip, "a/data/0", new byte[4]);
    }
    return write(bytes.toByteArray());
  }

  private static void stored(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("file"), bytes);
  }
}
