package io.blockwork.quantization;

import io.blockwork.ModelCard;
import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Quantization;
import io.blockwork.engine.SymmetricBytes;
import io.blockwork.engine.TensorRange;
import io.blockwork.engine.ValueRange;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import io.blockwork.weights.ModelMetadata;
import io.blockwork.weights.SafetensorsWriter;
import io.blockwork.weights.Weights;
import io.blockwork.weights.WeightsException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A quantised network in a file: a quarter of the size of its floats.
 *
 * <p>It is a safetensors file. Weights of convolutions and linear layers are {@code I8}, each with
 * a tensor of the same name and {@code _scale} behind it that has what a step of each output
 * channel stands for; other parameters are {@code F32}. The ranges of the activations are tensors
 * called {@code extra/quantization...}.
 *
 * <p>A processor that cannot sum products of whole bytes exactly quantises the weights anew, to
 * seven bits; an engine that does not compute in integers at all takes them as floats.
 */
public final class QuantizedFile {
  private static final String VERSION = "1";
  private static final String KEYS = "blockwork.quantization.tensors";
  private static final String WHOLE = "quantization.ranges";
  private static final String CHANNELS = "quantization.channels";
  private static final String EXTRA = "extra/";
  private static final String SCALE = "_scale";

  private QuantizedFile() {}

  /**
   * Saves a network's weights in bytes.
   *
   * @param network whose weights are saved, in single precision or quantised
   * @param quantization the ranges of its activations
   * @param path of the file, {@code .safetensors}
   * @throws io.blockwork.io.FileException if it cannot be written; what was there is still there
   */
  public static void save(Network network, Quantization quantization, Path path) {
    Objects.requireNonNull(path, "path");
    SafetensorsWriter file = new SafetensorsWriter().metadata(Weights.QUANTIZATION, VERSION);
    Parameters parameters = network.parameters();
    parameters.read(
        () -> {
          for (ParameterInfo info : parameters.entries()) {
            add(file, info.name(), parameters.get(info.name()));
          }
          return parameters;
        });
    StringBuilder keys = new StringBuilder();
    List<float[]> whole = new ArrayList<>();
    List<float[]> channels = new ArrayList<>();
    quantization
        .ranges()
        .forEach(
            (key, range) -> {
              keys.append(range.channels().size()).append(' ').append(key).append('\n');
              whole.add(pair(range.whole()));
              range.channels().forEach(c -> channels.add(pair(c)));
            });
    parameters.metadata().forEach(file::metadata);
    file.metadata(KEYS, keys.toString())
        .metadata(ModelMetadata.FLOAT_LAYERS, String.join("\n", quantization.floatLayers()))
        .extra(WHOLE, Nd4j.createFromArray(whole.toArray(float[][]::new)))
        .extra(CHANNELS, Nd4j.createFromArray(channels.toArray(float[][]::new)))
        .write(path);
  }

  private static float[] pair(ValueRange range) {
    return new float[] {range.low(), range.high()};
  }

  private static void add(SafetensorsWriter file, String name, INDArray values) {
    if (values.rank() < 2) {
      file.tensor(name, values.castTo(DataType.FLOAT));
      return;
    }
    int rows = (int) values.size(0);
    FloatBuffer floats = FloatBuffer.wrap(values.dup('c').reshape(values.length()).toFloatVector());
    ByteBuffer bytes = ByteBuffer.allocate(floats.capacity());
    float[] row = new float[floats.capacity() / rows];
    byte[] steps = new byte[row.length];
    float[] scale = new float[rows];
    for (int r = 0; r < rows; r++) {
      floats.get(row);
      scale[r] = SymmetricBytes.quantize(row, Byte.MAX_VALUE, steps);
      bytes.put(steps);
    }
    file.tensor(name, Nd4j.createFromArray(bytes.array()).reshape(values.shape()))
        .tensor(name + SCALE, Nd4j.createFromArray(scale));
  }

  /**
   * Creates a network that predicts in 8-bit integers from a file.
   *
   * @param type the annotated interface
   * @param path of the file
   * @throws io.blockwork.io.FileException if it cannot be read
   * @throws WeightsException if it is no quantised network, or one of another architecture
   */
  public static <N extends Network> N load(Class<N> type, Path path) {
    Objects.requireNonNull(type, "type");
    return load(type, path, EngineOptions.defaults());
  }

  /**
   * The same on another engine, or with other settings of it.
   *
   * @param type the annotated interface
   * @param path of the file
   * @param options engine and threads
   * @throws io.blockwork.io.FileException if it cannot be read
   * @throws WeightsException if it is no quantised network, or one of another architecture
   */
  public static <N extends Network> N load(Class<N> type, Path path, EngineOptions options) {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(options, "options");
    try (Weights file = Weights.open(path)) {
      N made =
          Networks.create(
              type, NetworkOptions.defaults().engine(options.quantization(quantization(file))));
      try {
        ModelCard told = ModelCard.of(file);
        requireFit(file, told, made);
        fill(made.parameters(), file);
        new ModelCard(Optional.empty(), told.classNames(), told.preprocessing(), told.task())
            .describe(made.parameters());
        return made;
      } catch (RuntimeException | Error e) {
        made.close();
        throw e;
      }
    }
  }

  private static void requireFit(Weights file, ModelCard told, Network made) {
    for (ParameterInfo info : made.parameters().entries()) {
      String name = info.name();
      boolean there = file.has(name);
      if (!there || !Arrays.equals(file.shape(name), info.dimensions())) {
        String network = made.architecture().name();
        throw new WeightsException(
            SafeText.format(
                    "%s: holds the quantised weights of %s, which do not fit %s: %s",
                    file.path(),
                    told.network().map(SafeText::excerpt).orElse("another network"),
                    network,
                    there
                        ? SafeText.format(
                            "%s is %s in the file, %s in the network",
                            name, Arrays.toString(file.shape(name)), info.shape())
                        : "there is no " + name)
                + SafeText.format(
                    "\n  fix: load the file as the network that it was saved from, or quantise %s"
                        + " and save it with QuantizedFile.save",
                    network));
      }
    }
  }

  /**
   * The ranges that a file holds.
   *
   * @throws io.blockwork.io.FileException if it cannot be read
   * @throws WeightsException if it is no quantised network
   */
  public static Quantization quantization(Path path) {
    try (Weights file = Weights.open(path)) {
      return quantization(file);
    }
  }

  private static Quantization quantization(Weights file) {
    Map<String, String> metadata = file.metadata();
    if (!VERSION.equals(metadata.get(Weights.QUANTIZATION))) {
      throw new WeightsException(
          SafeText.format(
              "%s: expected a quantised network of format %s, got %s; QuantizedFile.save writes one,"
                  + " and Weights.open reads ordinary weights",
              file.path(),
              VERSION,
              metadata.getOrDefault(Weights.QUANTIZATION, "a file without ranges")));
    }
    Weights all = file.everything();
    INDArray whole = table(all, WHOLE);
    INDArray channels = table(all, CHANNELS);
    Map<String, TensorRange> ranges = new LinkedHashMap<>();
    long from = 0;
    for (String line : metadata.getOrDefault(KEYS, "").lines().toList()) {
      int count = count(file, line);
      if (ranges.size() >= whole.rows() || from + count > channels.rows()) {
        throw damaged(file, "there are fewer ranges than tensors");
      }
      List<ValueRange> each = new ArrayList<>();
      for (long c = from; c < from + count; c++) {
        each.add(range(file, channels, c));
      }
      from += count;
      ranges.put(
          line.substring(line.indexOf(' ') + 1),
          new TensorRange(range(file, whole, ranges.size()), each));
    }
    Set<String> floatLayers =
        new LinkedHashSet<>(metadata.getOrDefault(ModelMetadata.FLOAT_LAYERS, "").lines().toList());
    return new Quantization(ranges, floatLayers);
  }

  private static int count(Weights file, String line) {
    try {
      int count = Integer.parseInt(line.substring(0, Math.max(0, line.indexOf(' '))));
      if (count > 0) {
        return count;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw damaged(file, SafeText.format("%s is no tensor", line));
  }

  private static ValueRange range(Weights file, INDArray table, long row) {
    try {
      return new ValueRange(table.getFloat(row, 0), table.getFloat(row, 1));
    } catch (IllegalArgumentException e) {
      throw damaged(file, String.valueOf(e.getMessage()));
    }
  }

  private static INDArray table(Weights file, String name) {
    if (!file.has(EXTRA + name)) {
      throw damaged(file, name + " is missing");
    }
    INDArray table = file.get(EXTRA + name);
    if (table.rank() != 2 || table.columns() != 2 || table.dataType() != DataType.FLOAT) {
      throw damaged(file, name + " is no table of two columns of floats");
    }
    return table;
  }

  private static WeightsException damaged(Weights file, String why) {
    return new WeightsException(
        SafeText.format(
            "%s: the ranges of the activations are damaged: %s; save the network again",
            file.path(), why));
  }

  private static void fill(Parameters parameters, Weights file) {
    parameters.update(
        () -> {
          for (ParameterInfo info : parameters.entries()) {
            parameters.set(info.name(), floats(file, info.name()));
          }
        });
  }

  private static INDArray floats(Weights file, String name) {
    INDArray stored = file.get(name);
    if (stored.dataType() != DataType.INT8) {
      return stored.castTo(DataType.FLOAT);
    }
    if (!file.has(name + SCALE)) {
      throw new WeightsException(
          SafeText.format("%s: %s has no scales: save the network again", file.path(), name));
    }
    INDArray scale = file.get(name + SCALE);
    long rows = stored.size(0);
    if (scale.length() != rows) {
      throw new WeightsException(
          SafeText.format(
              "%s: expected %d scales of %s, got %d: save the network again",
              file.path(), rows, name, scale.length()));
    }
    INDArray matrix = stored.castTo(DataType.FLOAT).reshape(rows, stored.length() / rows);
    return matrix.muliColumnVector(scale.reshape(rows, 1)).reshape(stored.shape());
  }
}
