package io.blockwork.weights;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.image.Interpolation;
import io.blockwork.io.FileException;
import io.blockwork.published.PretrainedWeights;
import io.blockwork.published.PretrainedWeights.Accuracy;
import io.blockwork.published.PretrainedWeights.Pictures;
import io.blockwork.published.PretrainedWeights.RemoteFile;
import io.blockwork.published.TorchvisionWeights;
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
          PretrainedWeights weights = TorchvisionWeights.of(constant);
          RemoteFile remote = weights.file().orElseThrow();
          Accuracy accuracy = weights.accuracy().orElseThrow();
          Pictures pictures = weights.pictures();
          assertThat(weights.fileName()).isEqualTo(file);
          assertThat(remote.url().toString())
              .isEqualTo("https://download.pytorch.org/models/" + file);
          assertThat(remote.sha256()).isEqualTo(row.get(version + "_sha256_prefix"));
          assertThat(Long.toString(remote.parameters())).isEqualTo(row.get("params"));
          assertThat(Integer.toString(pictures.resize())).isEqualTo(row.get(version + "_resize"));
          assertThat(Integer.toString(pictures.crop())).isEqualTo(row.get(version + "_crop"));
          assertThat(joined(pictures.mean())).isEqualTo(row.get(version + "_mean"));
          assertThat(joined(pictures.std())).isEqualTo(row.get(version + "_std"));
          assertThat(pictures.interpolation().name().toLowerCase(Locale.ROOT))
              .isEqualTo(row.get(version + "_interpolation"));
          assertThat(accuracy.top1())
              .isEqualTo(Double.parseDouble(row.getOrDefault(version + "_acc1", "")));
          assertThat(accuracy.top5())
              .isEqualTo(Double.parseDouble(row.getOrDefault(version + "_acc5", "")));
        }
      }
    }
    assertThat(TorchvisionWeights.all().keySet()).containsExactlyElementsIn(expected).inOrder();
    assertThat(expected).hasSize(21);
  }

  @Test
  void canBeReadWithNothingButTheRuntimesOwnClasses() throws Exception {
    URL own = PretrainedWeights.class.getProtectionDomain().getCodeSource().getLocation();
    ClassLoader jdk = ClassLoader.getPlatformClassLoader();
    try (URLClassLoader alone = new URLClassLoader(new URL[] {own}, jdk)) {
      Class<?> facts = Class.forName(TorchvisionWeights.class.getName(), true, alone);
      Map<?, ?> all = (Map<?, ?>) facts.getMethod("all").invoke(null);
      Object first = all.values().iterator().next();
      Class<?> type = Class.forName(PretrainedWeights.class.getName(), true, alone);
      assertThat(type.getMethod("fileName").invoke(first)).isEqualTo("resnet18-f37072fd.pth");
      // Reflection over all members must not reach for ND4J either: processors do that.
      assertThat(type.getDeclaredMethods()).isNotEmpty();
    }
  }

  @Test
  void resizesInProportionForImagesOfAnotherSize() {
    PretrainedWeights weights = TorchvisionWeights.of("RESNET50_IMAGENET1K_V2");
    assertThat(weights.pictures().at(224)).isEqualTo(weights.pictures());
    assertThat(weights.pictures().at(448).resize()).isEqualTo(464);
    assertThat(weights.pictures().at(448).crop()).isEqualTo(448);
    PretrainedWeights uncropped =
        PretrainedWeights.named("CIFAR").pictures(0, 0, Interpolation.BILINEAR);
    assertThat(uncropped.pictures().at(32)).isEqualTo(uncropped.pictures());
  }

  @Test
  void thoseWithoutAFileSaySo() {
    FileException error =
        assertThrows(FileException.class, () -> PretrainedWeights.named("OURS").download());
    assertThat(error).hasMessageThat().contains("the weights OURS have no address");
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
