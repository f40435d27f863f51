package io.blockwork.weights;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

@DisplayName("An open file outlives interrupts, and says what is wrong with it")
class OpenFileTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"tiny-resnet-zip.pth", "tiny-resnet.safetensors", "views-legacy.pth"})
  void anInterruptDisturbsNoReader(String sample) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (Weights weights = Weights.open(Samples.path(sample))) {
      List<INDArray> expected = weights.names().stream().map(weights::get).toList();
      List<Future<Boolean>> readers = new ArrayList<>();
      for (int reader = 0; reader < 4; reader++) {
        boolean interrupted = reader % 2 == 0;
        readers.add(
            threads.submit(
                () -> {
                  for (int round = 0; round < 20; round++) {
                    for (int i = 0; i < expected.size(); i++) {
                      if (interrupted) {
                        Thread.currentThread().interrupt();
                      }
                      assertThat(weights.get(weights.names().get(i))).isEqualTo(expected.get(i));
                    }
                  }
                  return Thread.interrupted();
                }));
      }
      for (int reader = 0; reader < 4; reader++) {
        // The interrupt is left for the thread's own code.
        assertThat(readers.get(reader).get()).isEqualTo(reader % 2 == 0);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void anInterruptedThreadOpensFiles() {
    Thread.currentThread().interrupt();
    Weights.open(Samples.path("tiny-resnet-zip.pth")).close();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aFileThatWasReplacedIsNotReadOn() throws IOException {
    Path file = folder.resolve("file.safetensors");
    Files.copy(Samples.path("tiny-resnet.safetensors"), file);
    try (Weights weights = Weights.open(file)) {
      Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
      INDArray read = readInterrupted(weights);
      assertThat(read.length()).isEqualTo(3);
      // The channel is closed now, if the interrupt came in time: what is opened anew is compared.
    } catch (WeightsException e) {
      assertThat(e).hasMessageThat().contains("was replaced or changed while it was open");
    } finally {
      Thread.interrupted();
    }
  }

  private static INDArray readInterrupted(Weights weights) {
    Thread.currentThread().interrupt();
    return weights.get("fc.bias");
  }

  @Test
  void saysThatItIsClosed() {
    Weights weights = Weights.open(Samples.path("tiny-resnet.safetensors"));
    weights.close();
    var error = assertThrows(WeightsException.class, () -> weights.get("fc.bias"));
    assertThat(error).hasMessageThat().contains("is closed: read its tensors before close()");
  }

  @Test
  void saysThatASafetensorsFileIsCutShort() throws IOException {
    byte[] whole = Files.readAllBytes(Samples.path("tiny-resnet.safetensors"));
    Path file = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, whole.length - 100));
    var error = assertThrows(WeightsException.class, () -> Weights.open(file));
    assertThat(error).hasMessageThat().contains("is cut short or damaged: ");
    assertThat(error).hasMessageThat().contains("copy or download it again");
  }

  @Test
  void saysThatAFolderIsNoFile() {
    var error = assertThrows(WeightsException.class, () -> Weights.open(folder));
    assertThat(error).hasMessageThat().contains("is a folder, not a weight file");
  }

  @Test
  void readsTheRestOfAFileWithUnknownTypes() throws IOException {
    String header =
        "{'a':{'dtype':'U32','shape':[1],'data_offsets':[0,4]},"
            + "'b':{'dtype':'F8_E4M3','shape':[2,2],'data_offsets':[4,8]},"
            + "'c':{'dtype':'F32','shape':[1],'data_offsets':[8,12]}}";
    try (Weights weights = Weights.open(safetensors(header, 12))) {
      assertThat(weights.names()).containsExactly("a", "b", "c");
      assertThat(weights.get("c").getDouble(0)).isEqualTo(0);
      assertThat(weights.shape("b")).isEqualTo(new long[] {2, 2});
      var error = assertThrows(WeightsException.class, () -> weights.get("b"));
      assertThat(error).hasMessageThat().contains("it has the number type F8_E4M3");
    }
  }

  @Test
  void showsNamesOfFilesWithoutTheirControlCharacters() throws IOException {
    String header = "{'a\\u001b[31m\\n\\u202e':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}}";
    Path file = safetensors(header, 4);
    var error = assertThrows(WeightsException.class, () -> Weights.open(file));
    assertThat(error).hasMessageThat().contains("a\\u001b[31m\\n\\u202e");
    assertThat(String.valueOf(error.getMessage()).chars().noneMatch(Character::isISOControl))
        .isTrue();
  }

  private Path safetensors(String header, int bytes) throws IOException {
    byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + json.length + bytes)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json);
    return Files.write(folder.resolve("file"), file.array());
  }
}
