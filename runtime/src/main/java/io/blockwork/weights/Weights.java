package io.blockwork.weights;

import io.blockwork.parameters.ParameterSource;
import io.blockwork.parameters.Parameters;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The tensors of a weight file, read when they are asked for.
 *
 * <pre>{@code
 * try (Weights weights = Weights.open(Path.of("resnet50.pth"))) {
 *   net.parameters().load(weights);
 * }
 * }</pre>
 *
 * <p>Opening reads the file's directory and checks that everything it claims lies within the file;
 * values are streamed later, so the file stays open until {@link #close}. Several threads may read.
 */
public final class Weights implements ParameterSource<LoadReport>, AutoCloseable {
  private final Path path;
  private final SourceFile file;
  private final Content content;
  private final Map<String, StoredTensor> tensors;

  private Weights(Path path, SourceFile file, Content content, Map<String, StoredTensor> tensors) {
    this.path = path;
    this.file = file;
    this.content = content;
    this.tensors = tensors;
  }

  /**
   * Opens a weight file. The format is told by the content, not by the name.
   *
   * @throws WeightsException if it cannot be read, is of no known format, is damaged, or contains
   *     more than data
   */
  public static Weights open(Path path) {
    SourceFile file = SourceFile.open(path);
    try {
      Content content = read(file);
      return new Weights(path, file, content, content.model());
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static Content read(SourceFile file) {
    ByteBuffer start = file.bytes(0, (int) Math.min(8, file.size()));
    if (start.limit() >= 4 && (start.getInt(0) == 0x04034b50 || start.getInt(0) == 0x06054b50)) {
      Map<String, ZipRegion> entries = ZipDirectory.read(file);
      if (TorchZip.matches(entries)) {
        return TorchZip.read(file, entries);
      }
      if (entries.keySet().stream().allMatch(name -> name.endsWith(Npz.SUFFIX))) {
        return Npz.read(file, entries);
      }
      throw file.problem("a zip archive, but neither PyTorch's nor NumPy's");
    }
    if (Safetensors.matches(file)) {
      return Safetensors.read(file);
    }
    if (TorchLegacy.matches(file)) {
      return TorchLegacy.read(file);
    }
    String text = new String(start.array(), StandardCharsets.ISO_8859_1);
    throw file.problem(
        "is no weight file (.pth of PyTorch, .safetensors or .npz)%s",
        text.startsWith("<") || text.startsWith("version ")
            ? ": it is text, perhaps a web page or a Git LFS pointer in its place"
            : "");
  }

  /** The file. */
  public Path path() {
    return path;
  }

  /** Its format. */
  public WeightFormat format() {
    return content.format();
  }

  /**
   * What the file says beside tensors: the {@code __metadata__} of safetensors, or the plain values
   * of a checkpoint by their paths ({@code epoch}, {@code optimizer.param_groups.0.lr}).
   */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(content.metadata());
  }

  /**
   * The same file with all of its tensors by their paths, not only those of the {@code state_dict}:
   * {@code optimizer.state.0.momentum_buffer}, or the extra tensors of a safetensors checkpoint.
   * Shares the open file with this one.
   */
  public Weights everything() {
    return new Weights(path, file, content, content.everything());
  }

  /** The names of the {@code state_dict}, as they stand in the file and in its order. */
  public List<String> names() {
    return List.copyOf(tensors.keySet());
  }

  /** Whether there is a tensor of that name. */
  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  /**
   * The shape of a tensor; empty for a scalar.
   *
   * @throws WeightsException if there is none of that name
   */
  public long[] shape(String name) {
    return tensor(name).shape();
  }

  /**
   * The number type of a tensor in the file.
   *
   * @throws WeightsException if there is none of that name
   */
  public DataType dataType(String name) {
    return tensor(name).type().dataType();
  }

  /**
   * Reads a tensor into a new array of its shape and type.
   *
   * @throws WeightsException if there is none of that name, or its content is damaged
   */
  public INDArray get(String name) {
    StoredTensor tensor = tensor(name);
    tensor.region().verify(Region.scratch(tensor.region().length()));
    return TensorReader.read(tensor);
  }

  /**
   * Loads everything, strictly: see {@link Load}.
   *
   * @throws WeightsException if the file does not fit the network; nothing has changed then
   */
  @Override
  public LoadReport into(Parameters parameters) {
    return Load.of(this).into(parameters);
  }

  /** Loading that takes what fits and reports the rest: see {@link Load#lenient}. */
  public Load lenient() {
    return Load.of(this).lenient();
  }

  /** Loading that leaves out the parameters with these prefixes: see {@link Load#ignoring}. */
  public Load ignoring(String... prefixes) {
    return Load.of(this).ignoring(prefixes);
  }

  /** Loading under other names: see {@link Load#renaming}. */
  public Load renaming(UnaryOperator<String> names) {
    return Load.of(this).renaming(names);
  }

  /**
   * Writes a network's parameters and buffers under their names, as safetensors, or as npz if the
   * path ends in {@code .npz}. The file is written beside its place, forced to disk and moved, so
   * that there is never half a file.
   *
   * @throws io.blockwork.io.FileException if it cannot be written
   * @throws WeightsException if its name is that of a pickle of PyTorch ({@code .pth}, {@code .pt},
   *     {@code .th}), which is not written
   */
  public static void save(Parameters parameters, Path path) {
    String file = path.toString();
    if (file.matches(".*\\.(pth|pt|th)")) {
      throw new WeightsException(
          "%s: PyTorch's own format is read, but not written; save as .safetensors or .npz, which Python reads too"
              .formatted(path));
    }
    Map<String, INDArray> copies = parameters.copies();
    try {
      if (file.endsWith(".npz")) {
        NpzWriter writer = new NpzWriter();
        copies.forEach(writer::tensor);
        writer.write(path);
      } else {
        SafetensorsWriter writer = new SafetensorsWriter();
        copies.forEach(writer::tensor);
        writer.write(path);
      }
    } finally {
      copies.values().forEach(INDArray::close);
    }
  }

  StoredTensor tensor(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw file.problem(
          "has no tensor called %s%s",
          name,
          NearestName.of(name, tensors.keySet()).map(n -> "; the nearest is " + n).orElse(""));
    }
    return tensor;
  }

  /** Closes the file; arrays that were read stay. */
  @Override
  public void close() {
    file.close();
  }

  @Override
  public String toString() {
    return "%s (%s, %d tensors)".formatted(path, format(), tensors.size());
  }
}
