package io.blockwork.weights;

import static com.google.common.truth.Truth.assertThat;

import io.blockwork.published.PretrainedWeights;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The facts are torchvision's (resources/weights/facts.tsv), and need no ND4J to be read. */
class PretrainedWeightsTest {
  @Test
  void agreesWithTorchvisionsMetadata() throws IOException {
    List<String> expected = new ArrayList<>();
    for (Map<String, String> row : facts()) {
      for (String version : new String[] {"v1", "v2"}) {
        String name = row.getOrDefault("name", "");
        boolean expressed = name.contains("res") || name.startsWith("densenet");
        String file = row.getOrDefault(version + "_file", "-");
        if (expressed && !file.equals("-")) {
          String constant = "%s_IMAGENET1K_%s".formatted(name, version).toUpperCase(Locale.ROOT);
          expected.add(constant);
          PretrainedWeights weights = PretrainedWeights.valueOf(constant);
          assertThat(weights.architecture()).isEqualTo(name);
          assertThat(weights.fileName()).isEqualTo(file);
          assertThat(weights.sha256Prefix()).isEqualTo(row.get(version + "_sha256_prefix"));
          assertThat(Long.toString(weights.parameters())).isEqualTo(row.get("params"));
          assertThat(Integer.toString(weights.resize())).isEqualTo(row.get(version + "_resize"));
          assertThat(Integer.toString(weights.crop())).isEqualTo(row.get(version + "_crop"));
          assertThat(joined(weights.mean())).isEqualTo(row.get(version + "_mean"));
          assertThat(joined(weights.std())).isEqualTo(row.get(version + "_std"));
          assertThat(weights.top1())
              .isEqualTo(Double.parseDouble(row.getOrDefault(version + "_acc1", "")));
          assertThat(weights.top5())
              .isEqualTo(Double.parseDouble(row.getOrDefault(version + "_acc5", "")));
        }
      }
    }
    List<String> names = new ArrayList<>();
    for (PretrainedWeights weights : PretrainedWeights.values()) {
      names.add(weights.name());
    }
    assertThat(names).containsExactlyElementsIn(expected);
    assertThat(names).hasSize(21);
  }

  @Test
  void canBeReadWithNothingButTheRuntimesOwnClasses() throws Exception {
    URL own = PretrainedWeights.class.getProtectionDomain().getCodeSource().getLocation();
    ClassLoader jdk = ClassLoader.getPlatformClassLoader();
    try (URLClassLoader alone = new URLClassLoader(new URL[] {own}, jdk)) {
      Class<?> facts = Class.forName(PretrainedWeights.class.getName(), true, alone);
      Object[] constants = facts.getEnumConstants();
      assertThat(constants).hasLength(21);
      assertThat(facts.getMethod("fileName").invoke(constants[0]))
          .isEqualTo("resnet18-f37072fd.pth");
      // Reflection over all members must not reach for ND4J either: processors do that.
      assertThat(facts.getDeclaredMethods()).isNotEmpty();
    }
  }

  @Test
  void namesTheClassesOfImageNet() {
    List<String> names = ImageNetClasses.names();
    assertThat(names).hasSize(1000);
    assertThat(names.get(0)).isEqualTo("tench");
    assertThat(names.get(207)).isEqualTo("golden retriever");
    assertThat(names.get(999)).isEqualTo("toilet tissue");
  }

  private static String joined(List<Double> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private static List<Map<String, String>> facts() throws IOException {
    List<String> lines = Files.readAllLines(Samples.path("facts.tsv"));
    String[] header = lines.get(0).split("\t", -1);
    List<Map<String, String>> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] values = line.split("\t", -1);
      Map<String, String> row = new HashMap<>();
      for (int i = 0; i < header.length; i++) {
        row.put(header[i], values[i]);
      }
      rows.add(row);
    }
    return rows;
  }
}
