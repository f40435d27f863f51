package io.blockwork.weights;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.io.AtomicFile;
import io.blockwork.io.FileException;
import io.blockwork.parameters.Parameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What is written is read back equal, here and by Python. */
class WeightsWriteTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"saved.safetensors", "saved.npz"})
  void readsBackWhatItWrote(String name) throws IOException {
    for (DataType dataType : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      Parameters parameters = loaded(dataType);
      Path file = folder.resolve(name);
      Weights.save(parameters, file);
      Parameters other = Samples.tiny(dataType);
      try (Weights weights = Weights.open(file)) {
        assertThat(weights.names()).isEqualTo(parameters.names());
        assertThat(other.load(weights).complete()).isTrue();
        for (String entry : parameters.names()) {
          assertThat(weights.get(entry)).isEqualTo(parameters.get(entry));
        }
      }
      assertThat(other.flat()).isEqualTo(parameters.flat());
      assertThat(files()).containsExactly(name);
    }
  }

  /**
   * The files in resources/weights/written were written by this test and read in Python 3 with
   * NumPy and torch 1.13, which found every tensor bit for bit equal to tiny-resnet-zip.pth: see
   * the README there. Writing the same today gives the same bytes, so Python still reads it.
   */
  @ParameterizedTest
  @ValueSource(strings = {"tiny.safetensors", "tiny.npz"})
  void writesTheBytesThatPythonHasRead(String name) throws IOException {
    Path file = folder.resolve(name);
    Weights.save(loaded(DataType.FLOAT), file);
    assertThat(Files.readAllBytes(file))
        .isEqualTo(Files.readAllBytes(Samples.path("written/" + name)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny.pth", "tiny.pt", "tiny.th"})
  void writesNoFileThatPyTorchWouldTakeForItsOwn(String name) throws IOException {
    Parameters parameters = loaded(DataType.FLOAT);
    var refused =
        assertThrows(WeightsException.class, () -> Weights.save(parameters, folder.resolve(name)));
    assertThat(refused).hasMessageThat().contains("save as .safetensors or .npz");
    assertThat(files()).isEmpty();
  }

  @Test
  void aFileThatIsNotThereIsToldWithItsPlace() {
    var refused =
        assertThrows(WeightsException.class, () -> Weights.open(Path.of("no-such.safetensors")));
    assertThat(refused)
        .hasMessageThat()
        .isEqualTo(
            "no-such.safetensors: does not exist (looked for %s)"
                .formatted(Path.of("no-such.safetensors").toAbsolutePath()));
  }

  @Test
  void keepsMetadataAndExtraTensorsBesideTheModel() {
    Path file = folder.resolve("checkpoint.safetensors");
    Parameters parameters = loaded(DataType.FLOAT);
    SafetensorsWriter writer = new SafetensorsWriter().metadata("epoch", "7 \"\u00e4\"");
    parameters.names().forEach(n -> writer.tensor(n, parameters.get(n)));
    INDArray momentum = Nd4j.rand(DataType.FLOAT, 5, 3);
    INDArray step = Nd4j.scalar(DataType.INT64, 1L << 40);
    INDArray mask = Nd4j.createFromArray(true, false, true);
    writer.extra("momentum", momentum).extra("step", step).extra("mask", mask);
    writer.write(file);
    try (Weights weights = Weights.open(file)) {
      assertThat(weights.metadata()).containsEntry("epoch", "7 \"\u00e4\"");
      assertThat(weights.metadata()).containsEntry("format", "pt");
      assertThat(Samples.tiny().load(weights).complete()).isTrue();
      Weights everything = weights.everything();
      assertThat(everything.get("extra/momentum")).isEqualTo(momentum);
      assertThat(everything.get("extra/step").getLong(0)).isEqualTo(1L << 40);
      assertThat(everything.get("extra/mask")).isEqualTo(mask);
      assertThat(weights.has("extra/step")).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"views.safetensors", "views.npz"})
  void writesTransposedAndEmptyArraysInRowMajorOrder(String name) {
    INDArray base = Nd4j.arange(24).castTo(DataType.DOUBLE).reshape(4, 6);
    INDArray column = base.getColumn(2);
    Path file = folder.resolve(name);
    if (name.endsWith("npz")) {
      new NpzWriter().tensor("t", base.transpose()).tensor("c", column).write(file);
    } else {
      new SafetensorsWriter().tensor("t", base.transpose()).tensor("c", column).write(file);
    }
    try (Weights weights = Weights.open(file)) {
      assertThat(weights.get("t")).isEqualTo(base.transpose());
      assertThat(weights.get("c")).isEqualTo(column.dup());
    }
  }

  @Test
  void leavesTheOldFileWhenWritingFails() throws IOException {
    Path file = folder.resolve("kept.safetensors");
    Weights.save(loaded(DataType.FLOAT), file);
    byte[] before = Files.readAllBytes(file);
    assertThrows(
        FileException.class,
        () ->
            AtomicFile.write(
                file,
                channel -> {
                  channel.write(java.nio.ByteBuffer.allocate(100));
                  throw new IOException("disk full");
                }));
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    assertThat(files()).containsExactly("kept.safetensors");
  }

  @Test
  void refusesANameTwice() {
    SafetensorsWriter writer = new SafetensorsWriter().tensor("a", Nd4j.zeros(1));
    assertThrows(WeightsException.class, () -> writer.tensor("a", Nd4j.zeros(1)));
    assertThrows(WeightsException.class, () -> writer.tensor("__metadata__", Nd4j.zeros(1)));
  }

  /** npz files of NumPy itself: column-major, compressed, scalar and empty arrays. */
  @Test
  void readsWhatNumPyWrote() {
    for (String name : new String[] {"numpy-savez.npz", "numpy-savez-compressed.npz"}) {
      try (Weights weights = Weights.open(Samples.path("written/" + name))) {
        INDArray expected = Nd4j.arange(24).castTo(DataType.FLOAT).reshape(2, 3, 4);
        assertThat(weights.get("c")).isEqualTo(expected);
        assertThat(weights.get("fortran")).isEqualTo(expected.castTo(DataType.DOUBLE));
        assertThat(weights.get("scalar").getLong(0)).isEqualTo(7);
        assertThat(weights.get("empty").shape()).isEqualTo(new long[] {0, 3});
        assertThat(weights.dataType("half")).isEqualTo(DataType.FLOAT16);
        assertThat(weights.get("half").getDouble(1)).isEqualTo(-2.5);
      }
    }
  }

  private static Parameters loaded(DataType dataType) {
    Parameters parameters = Samples.tiny(dataType);
    try (Weights weights = Weights.open(Samples.path("tiny-resnet-zip.pth"))) {
      parameters.load(weights);
    }
    return parameters;
  }

  private java.util.List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).toList();
    }
  }
}
