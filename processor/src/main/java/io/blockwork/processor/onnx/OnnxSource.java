package io.blockwork.processor.onnx;

import io.blockwork.graph.Graph;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.transforms.Transforms;
import io.blockwork.onnx.file.ModelReader;
import io.blockwork.onnx.file.OnnxException;
import io.blockwork.onnx.file.OnnxModel;
import io.blockwork.onnx.importer.ByteRanges;
import io.blockwork.onnx.importer.ImportedNetwork;
import io.blockwork.onnx.importer.Importer;
import io.blockwork.processor.spec.Message;
import io.blockwork.weights.ModelMetadata;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A network that an ONNX file holds. */
public final class OnnxSource {
  private static final int BUFFER = 1 << 16;

  /** What files say of classes and pictures. */
  private static final List<String> ENTRIES = List.of("classes", "preprocessing", "task");

  private final Path path;
  private final ImportedNetwork network;

  private OnnxSource(Path path, ImportedNetwork network) {
    this.path = path;
    this.network = network;
  }

  /** A file that cannot be found, read, or made a network of. */
  public static final class Refusal extends Exception {
    private static final long serialVersionUID = 1;
    private final Message message;
    private final String remedy;

    private Refusal(Message message, String problem, String remedy, @Nullable Throwable cause) {
      super(problem, cause);
      this.message = message;
      this.remedy = remedy;
    }

    /** Which of the three it is; it is told with the file, the problem and the remedy. */
    public Message message() {
      return message;
    }

    /** What helps; empty where the message says it. */
    public String remedy() {
      return remedy;
    }
  }

  /**
   * Reads a model.
   *
   * @param file its path within the folder of models
   * @param folder that folder, if an option says it
   * @param beside a file among the class files
   * @param input shape of one image; empty if the file says it
   * @throws Refusal if there is no such file, or it cannot become a network
   */
  public static OnnxSource read(
      String file, Optional<String> folder, URI beside, Optional<Shape> input) throws Refusal {
    Path path = path(file, new ModelFolder(folder, beside));
    OnnxModel model;
    try {
      model = ModelReader.read(path);
    } catch (OnnxException e) {
      if (!Files.exists(path)) {
        throw new Refusal(Message.ONNX_FILE, path + " " + e.problem(), e.remedy(), e);
      }
      // What can be read, but not taken, has no remedy of its own.
      Message message = e.remedy().isEmpty() ? Message.ONNX_MODEL : Message.ONNX_READ;
      throw new Refusal(message, e.problem(), e.remedy(), e);
    }
    try {
      return new OnnxSource(path, Importer.run(model, input, ", by input = @Input(...) of @Model"));
    } catch (OnnxException e) {
      throw new Refusal(Message.ONNX_MODEL, String.valueOf(e.getMessage()), "", e);
    }
  }

  /** Where the file is, or is expected. */
  private static Path path(String file, ModelFolder models) throws Refusal {
    try {
      if (file.isBlank()) {
        throw new Refusal(Message.ONNX_FILE, "this names none", "", null);
      }
      return models.find(file).orElseGet(() -> models.expected(file));
    } catch (InvalidPathException e) {
      throw new Refusal(
          Message.ONNX_FILE, new OnnxException(e, "%s", e.getMessage()).problem(), "", e);
    }
  }

  /** The network. */
  public Graph graph() {
    return network.graph();
  }

  /** The only number of images that the network takes at once; empty for any number. */
  public OptionalInt batch() {
    return network.batch();
  }

  /** The SHA-256 of the file and of those beside it that hold its weights, by file name. */
  public Map<String, String> digests() throws IOException {
    Map<String, String> digests = new TreeMap<>();
    digests.put(String.valueOf(path.getFileName()), digest(path));
    for (String name : network.files()) {
      digests.put(name, digest(path.resolveSibling(name)));
    }
    return digests;
  }

  /** The SHA-256 of the weights that {@link #writeWeights} writes. */
  public String weightsDigest(List<Parameter> parameters) throws IOException {
    MessageDigest sha = sha256();
    try (var out = new DigestOutputStream(OutputStream.nullOutputStream(), sha)) {
      SafetensorsStream.write(parameters, network.weights(), Map.of(), out);
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  private static String digest(Path file) throws IOException {
    MessageDigest sha = sha256();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[BUFFER];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Writes the weights of all parameters, as safetensors.
   *
   * @param parameters those of the network, in order
   * @throws IOException if they cannot be written
   * @throws OnnxException if they cannot be read
   */
  public void writeWeights(List<Parameter> parameters, OutputStream out) throws IOException {
    SafetensorsStream.write(parameters, network.weights(), metadata(), out);
  }

  /** What the file says beside its weights that a network made of it knows. */
  private Map<String, String> metadata() {
    Map<String, String> told = new TreeMap<>();
    for (String key : ENTRIES) {
      String text = network.metadata().get(key);
      if (text != null) {
        told.put(ModelMetadata.ONNX + key, text);
      }
    }
    ByteRanges.of(network, Transforms.forInference(network.graph()))
        .ifPresent(
            found -> {
              told.put(ModelMetadata.RANGES, lines(found));
              told.put(ModelMetadata.FLOAT_LAYERS, String.join("\n", found.floatLayers()));
            });
    return told;
  }

  private static String lines(ByteRanges found) {
    return found.ranges().entrySet().stream()
        .map(
            each ->
                each.getValue().low()
                    + " "
                    + each.getValue().high()
                    + " "
                    + each.getValue().channels()
                    + " "
                    + each.getKey())
        .collect(Collectors.joining("\n"));
  }
}
