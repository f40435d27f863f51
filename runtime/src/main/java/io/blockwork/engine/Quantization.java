package io.blockwork.engine;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an engine needs to know of a network to compute it in 8-bit integers: between which values
 * the output of each layer lies. Weights are not among it: an engine quantises those that the
 * network has.
 *
 * <p>Activations become unsigned bytes, with one scale and one zero point for a tensor (for each
 * channel where that costs nothing), weights become signed bytes, symmetric, with a scale for each
 * output channel (Jacob et al. 2018; Nagel et al. 2021).
 *
 * @param ranges of the layers' outputs, in the order of the layers, by the keys of {@link
 *     ActivationObserver}, or by the layers' module names, whatever is fused into them; what reads
 *     or writes a tensor whose range is not known is computed in single precision
 * @param floatLayers module names of layers that are computed in single precision all the same
 */
public record Quantization(Map<String, TensorRange> ranges, Set<String> floatLayers)
    implements Serializable {
  /** The key of the images. */
  public static final String INPUT = "input";

  /** Copies both. */
  public Quantization {
    ranges = Collections.unmodifiableMap(new LinkedHashMap<>(ranges));
    floatLayers = Collections.unmodifiableSet(new LinkedHashSet<>(floatLayers));
  }

  /** A quantisation of all layers whose inputs' ranges are known. */
  public static Quantization of(Map<String, TensorRange> ranges) {
    return new Quantization(ranges, Set.of());
  }

  /**
   * The same with other layers in single precision.
   *
   * @param paths the layers' module names, such as {@code layer4.2.conv3}
   */
  public Quantization keepFloat(Set<String> paths) {
    return new Quantization(ranges, paths);
  }

  /**
   * The range of a layer's output, if it is known.
   *
   * @param key of {@link ActivationObserver}
   */
  public Optional<TensorRange> range(String key) {
    return Optional.ofNullable(ranges.get(key))
        .or(() -> Optional.ofNullable(ranges.get(path(key))));
  }

  private static String path(String key) {
    int space = key.indexOf(' ');
    return space < 0 ? key : key.substring(0, space);
  }

  /** The module names of the layers whose ranges are known, in order. */
  public Set<String> layers() {
    Set<String> layers = new LinkedHashSet<>();
    ranges.keySet().stream()
        .filter(key -> !key.equals(INPUT))
        .forEach(key -> layers.add(path(key)));
    return layers;
  }

  @Override
  public String toString() {
    return ranges.size() + " ranges, " + floatLayers.size() + " layers in single precision";
  }
}
