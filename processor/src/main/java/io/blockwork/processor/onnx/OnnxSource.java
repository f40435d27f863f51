package io.blockwork.processor.onnx;

import io.blockwork.graph.Graph;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Shape;
import io.blockwork.onnx.file.ModelReader;
import io.blockwork.onnx.file.OnnxException;
import io.blockwork.onnx.importer.ImportedNetwork;
import io.blockwork.onnx.importer.Importer;
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
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A network that an ONNX file holds. */
public final class OnnxSource {
  private static final int BUFFER = 1 << 16;

  private final Path path;
  private final ImportedNetwork network;

  private OnnxSource(Path path, ImportedNetwork network) {
    this.path = path;
    this.network = network;
  }

  /** A file that cannot be found, or made a network of. */
  public static final class Refusal extends Exception {
    private static final long serialVersionUID = 1;
    private final boolean found;

    private Refusal(boolean found, String message, Throwable cause) {
      super(message, cause);
      this.found = found;
    }

    private Refusal(String places) {
      super(places);
      this.found = false;
    }

    /** Whether there is such a file; if not, the message says where it was looked for. */
    public boolean found() {
      return found;
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
    try {
      var models = new ModelFolder(folder, beside);
      Optional<Path> path = file.isEmpty() ? Optional.empty() : models.find(file);
      if (path.isEmpty()) {
        List<Path> places = models.candidates(file);
        // The nearest ones say enough.
        String shown =
            places.subList(0, Math.min(4, places.size())).stream()
                .map(Path::toString)
                .collect(Collectors.joining(", "));
        throw new Refusal(shown);
      }
      return new OnnxSource(path.get(), Importer.run(ModelReader.read(path.get()), input));
    } catch (OnnxException e) {
      throw new Refusal(true, String.valueOf(e.getMessage()), e);
    } catch (InvalidPathException e) {
      throw new Refusal(String.valueOf(e.getMessage()));
    }
  }

  /** The network. */
  public Graph graph() {
    return network.graph();
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

  /** The SHA-256 of what {@link #writeWeights} writes. */
  public String weightsDigest(List<Parameter> parameters) throws IOException {
    MessageDigest sha = sha256();
    try (var out = new DigestOutputStream(OutputStream.nullOutputStream(), sha)) {
      writeWeights(parameters, out);
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
    SafetensorsStream.write(parameters, network.weights(), out);
  }
}
