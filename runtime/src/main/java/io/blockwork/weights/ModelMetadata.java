package io.blockwork.weights;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Keys under which weights tell, in their {@link Weights#metadata}, what {@code
 * io.blockwork.ModelCard} knows of a model; safetensors that others read hold them, too.
 */
public final class ModelMetadata {
  /** Name of the network that the weights are of. */
  public static final String NETWORK = "blockwork.network";

  /** Names of the classes by label, an array in JSON. */
  public static final String CLASSES = "blockwork.classes";

  /** What pictures go through, an object in JSON. */
  public static final String PREPROCESSING = "blockwork.preprocessing";

  /** What the network says of a picture; one class, where it is not there. */
  public static final String TASK = "blockwork.task";

  /** What {@link #TASK} says where the network names one class of a picture. */
  public static final String SINGLE_LABEL = "single_label";

  /**
   * The ranges of the 8-bit ONNX file that weights were copied from: a line for each layer with the
   * lowest and the highest value, the number of channels and the module's name.
   */
  public static final String RANGES = "blockwork.quantization.ranges";

  /** Module names of layers that a quantised network computes in floats, a line each. */
  public static final String FLOAT_LAYERS = "blockwork.quantization.float";

  /** What the names of the entries of an ONNX file's own metadata begin with in such weights. */
  public static final String ONNX = "onnx.";

  private ModelMetadata() {}

  /**
   * What becomes true of a network that weights are loaded into.
   *
   * @param told by the weights
   * @param known of the network
   * @param head whether the network has the whole head of the weights; what is said of the outputs
   *     holds with it only
   */
  static Map<String, String> taken(
      Map<String, String> told, Map<String, String> known, boolean head) {
    Map<String, String> taken = new LinkedHashMap<>(told);
    taken.keySet().retainAll(head ? Set.of(CLASSES, TASK, PREPROCESSING) : Set.of(PREPROCESSING));
    boolean described = told.containsKey(NETWORK) || told.containsKey(CLASSES);
    if (head && described && known.containsKey(TASK)) {
      taken.putIfAbsent(TASK, SINGLE_LABEL);
    }
    return taken;
  }
}
