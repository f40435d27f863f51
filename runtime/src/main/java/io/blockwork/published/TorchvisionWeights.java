package io.blockwork.published;

import io.blockwork.image.Interpolation;
import io.blockwork.published.PretrainedWeights.Accuracy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * torchvision's published weights for the networks that {@code @ResNet} and {@code @DenseNet}
 * express, trained on ImageNet's 1000 classes. {@code V2} ones come from torchvision's newer
 * training recipe. The facts are torchvision's own; the resource's head states source and licence.
 *
 * <p>torchvision's other networks, which are composed, carry theirs as {@code @Published}.
 */
public final class TorchvisionWeights {
  private static final String RESOURCE = "torchvision.tsv";
  private static final String FOLDER = "https://download.pytorch.org/models/";

  private TorchvisionWeights() {}

  /** All of them, by name. */
  public static Map<String, PretrainedWeights> all() {
    Map<String, PretrainedWeights> all = new LinkedHashMap<>();
    for (String line : lines()) {
      PretrainedWeights weights = weights(line.split("\t", -1));
      all.put(weights.name(), weights);
    }
    return Collections.unmodifiableMap(all);
  }

  /** Those of that name: {@code RESNET50_IMAGENET1K_V2}. */
  public static Optional<PretrainedWeights> find(String name) {
    Objects.requireNonNull(name, "name");
    return Optional.ofNullable(all().get(name));
  }

  /**
   * Those of that name: {@code RESNET50_IMAGENET1K_V2}.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static PretrainedWeights of(String name) {
    Objects.requireNonNull(name, "name");
    return find(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "torchvision publishes no weights called " + name + " for these networks"));
  }

  private static PretrainedWeights weights(String... fields) {
    return PretrainedWeights.named(fields[0])
        .file(FOLDER + fields[1], fields[2], Long.parseLong(fields[3]))
        .pictures(Integer.parseInt(fields[4]), Integer.parseInt(fields[5]), Interpolation.BILINEAR)
        .measured(new Accuracy(Double.parseDouble(fields[6]), Double.parseDouble(fields[7])));
  }

  /** The lines below the head, which ends in the names of the columns. */
  private static List<String> lines() {
    InputStream resource = TorchvisionWeights.class.getResourceAsStream(RESOURCE);
    if (resource == null) {
      throw new IllegalStateException(RESOURCE + " is missing from the runtime's jar");
    }
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
      return reader.lines().filter(line -> !line.startsWith("#")).skip(1).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
