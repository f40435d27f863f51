package io.blockwork.weights;

import io.blockwork.io.NearestName;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.ParameterSource;
import io.blockwork.parameters.Parameters;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
 * values are streamed later, so the file stays open until {@link #close}. Several threads may read;
 * an interrupt of one of them disturbs neither it nor the others.
 *
 * <p>What a hostile file can cost is limited: at most 65,536 tensors, or zip entries, whose names
 * have at most 8 million characters together; a header, directory or pickle of at most 16 MB, and a
 * pickle that makes at most two million values (a dictionary counts as four). That is several times
 * what the largest published checkpoints need, and about 100 MB of memory. Compressed archives
 * unpack to at most 100 times the size of the file. What is beyond is a {@link WeightsException}.
 *
 * <p>Everything that {@code torch.load(weights_only=True)} of PyTorch 2.11 accepts can be opened,
 * also with the pickle protocols 3 to 5. Tensors that have no counterpart here (complex, quantised,
 * sparse, 8-bit floats, text) are listed, and fail only when they are read.
 */
public final class Weights implements ParameterSource<LoadReport>, AutoCloseable {
  /** The entry of the metadata by which a quantised network's file is told from others. */
  public static final String QUANTIZATION = "blockwork.quantization";

  private final Path path;
  private final SourceFile file;
  private final Content content;
  private final String part;
  private final Map<String, StoredTensor> tensors;

  private Weights(
      Path path, SourceFile file, Content content, String part, Map<String, StoredTensor> tensors) {
    this.path = path;
    this.file = file;
    this.content = content;
    this.part = part;
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
      return of(path, file, content, content.part());
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static Weights of(Path path, SourceFile file, Content content, String part) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    int prefix = part.isEmpty() ? 0 : part.length() + 1;
    content
        .everything()
        .forEach(
            (name, tensor) -> {
              boolean extra =
                  content.format() == WeightFormat.SAFETENSORS
                      && name.startsWith(Safetensors.EXTRA);
              if (!extra && (prefix == 0 || name.startsWith(part + "."))) {
                tensors.put(name.substring(prefix), tensor);
              }
            });
    return new Weights(path, file, content, part, tensors);
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
      throw file.problem("is a zip archive, but neither of PyTorch nor of NumPy");
    }
    if (Safetensors.matches(file)) {
      return Safetensors.read(file);
    }
    if (TorchLegacy.matches(file)) {
      return TorchLegacy.read(file);
    }
    String text = StandardCharsets.ISO_8859_1.decode(start.rewind()).toString();
    throw file.problem(
        "is not a weight file (PyTorch's .pth, .safetensors or .npz)%s",
        text.startsWith("<") || text.startsWith("version ")
            ? ": it is text, perhaps a web page or a Git LFS pointer that was saved in its place"
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
   * The path of the dictionary in the file whose tensors these are, such as {@code state_dict} or
   * {@code model.student}; empty if they are the whole file.
   *
   * <p>Checkpoints keep the weights within other things, and may have several of them. Taken is
   * what stands under the first of {@code state_dict}, {@code model_state_dict}, {@code model},
   * {@code net}, {@code network}, {@code module} and {@code weights} that holds tensors, and within
   * it under the next; where there is none of these, the dictionary itself if it has tensors, else
   * the one within it that has the most (the first of several that have as many), an optimiser's
   * state apart. {@link #part(String)} takes another.
   */
  public String part() {
    return part;
  }

  /**
   * The paths of all dictionaries in the file that have tensors of their own, each once, however
   * many names it has.
   */
  public List<String> parts() {
    return content.parts();
  }

  /** The dictionaries that are as good a choice as this one: those with the same names in them. */
  List<String> otherParts() {
    return content.parts().stream()
        .filter(path -> !path.equals(part) && !path.isEmpty())
        .filter(path -> of(this.path, file, content, path).names().size() == tensors.size())
        .toList();
  }

  /**
   * The same file with the tensors of another dictionary in it, as {@code teacher} or {@code
   * model_ema}. Shares the open file with this one.
   *
   * @param path its path: one of {@link #parts}, or another that leads to the same dictionary
   * @throws WeightsException if there are no tensors under that path
   */
  public Weights part(String path) {
    Objects.requireNonNull(path, "path");
    Weights there = of(this.path, file, content, content.aliases().getOrDefault(path, path));
    if (there.tensors.isEmpty()) {
      List<String> named = content.parts().stream().filter(each -> !each.isEmpty()).toList();
      throw named.isEmpty()
          ? file.problem("has no tensors under %s; the file has no parts", path)
          : file.problem(
              "has no tensors under %s; there are some under %s",
              path, String.join(", ", named.subList(0, Math.min(20, named.size()))));
    }
    return there;
  }

  /**
   * The same file with all of its tensors by their paths, not only those of the {@code state_dict}:
   * {@code optimizer.state.0.momentum_buffer}, or the extra tensors of a safetensors checkpoint.
   * Shares the open file with this one.
   */
  public Weights everything() {
    return new Weights(path, file, content, "", content.everything());
  }

  /** The names of the {@code state_dict}, as they stand in the file and in its order. */
  public List<String> names() {
    return List.copyOf(tensors.keySet());
  }

  /** Whether there is a tensor of that name. */
  public boolean has(String name) {
    Objects.requireNonNull(name, "name");
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
   * @throws WeightsException if there is none of that name, its values are of a type that cannot be
   *     read, or its content is damaged
   */
  public INDArray get(String name) {
    StoredTensor tensor = tensor(name);
    tensor.requireReadable();
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

  /** Loading that leaves out some modules: see {@link Load#ignoring}. */
  public Load ignoring(String... prefixes) {
    Objects.requireNonNull(prefixes, "prefixes");
    return Load.of(this).ignoring(prefixes);
  }

  /**
   * Loading that leaves a head with another number of classes as it is: see {@link
   * Load#replacingHeads}.
   */
  public Load replacingHeads() {
    return Load.of(this).replacingHeads();
  }

  /** Loading that takes NaN and infinity too: see {@link Load#allowingNonFinite}. */
  public Load allowingNonFinite() {
    return Load.of(this).allowingNonFinite();
  }

  /** Loading under other names: see {@link Load#renaming(UnaryOperator)}. */
  public Load renaming(UnaryOperator<String> names) {
    Objects.requireNonNull(names, "names");
    return Load.of(this).renaming(names);
  }

  /** Loading a module under another name: see {@link Load#renaming(String, String)}. */
  public Load renaming(String module, String to) {
    Objects.requireNonNull(to, "to");
    return Load.of(this).renaming(module, to);
  }

  /** Refuses weights in bytes, which mean nothing without their scales. */
  void requireFloats() {
    if (metadata().containsKey(QUANTIZATION)) {
      throw new WeightsException(
          SafeText.format(
              "%s: the weights%s are quantised to 8-bit integers; load them with QuantizedFile.load,"
                  + " as a network of their own",
              path(),
              Optional.ofNullable(metadata().get(ModelMetadata.NETWORK))
                  .map(network -> " of " + SafeText.excerpt(network))
                  .orElse("")));
    }
  }

  /**
   * Writes a network's parameters and buffers under their names, as safetensors, or as npz if the
   * path ends in {@code .npz}. The file is written beside its place, forced to disk and moved, so
   * that there is never half a file. Safetensors also hold what is known of the weights, {@link
   * Parameters#metadata}; npz holds arrays alone.
   *
   * @throws io.blockwork.io.FileException if it cannot be written
   * @throws WeightsException if its name is that of a pickle of PyTorch ({@code .pth}, {@code .pt},
   *     {@code .th}), which is not written
   */
  public static void save(Parameters parameters, Path path) {
    String file = path.toString();
    if (file.matches(".*\\.(pth|pt|th)")) {
      throw new WeightsException(
          SafeText.format(
              "%s: PyTorch's own format can be read, but not written; save as .safetensors or .npz,"
                  + " which Python reads too",
              path));
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
        parameters.metadata().forEach(writer::metadata);
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
          "has no tensor called %s%s", name, NearestName.suggestion(name, tensors.keySet()));
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
    return SafeText.format(
        "%s (%s, %d tensors%s)",
        path, format(), tensors.size(), part.isEmpty() ? "" : " of " + SafeText.of(part));
  }
}
