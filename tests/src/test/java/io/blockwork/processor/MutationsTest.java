package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.processor.Compiler.Finding;
import io.blockwork.processor.Compiler.Result;
import io.blockwork.processor.spec.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Changes the networks that we ship at random: a number, a name, an edge, an annotation or a line
 * that is dropped, doubled or moved. {@code -Dblockwork.mutations=2000} tries more of them.
 */
@DisplayName("A network changed at random compiles, or is refused with a message")
final class MutationsTest {
  private static final int MUTATIONS = Integer.getInteger("blockwork.mutations", 200);
  private static final Path RUNTIME = Path.of("../runtime/src/main/java/io/blockwork/networks");
  private static final Path EXAMPLES =
      Path.of("../examples/src/main/java/io/blockwork/examples/composed");

  private static final Pattern NUMBER = Pattern.compile("(?<![\\w.])\\d+(\\.\\d+)?(?![\\w.])");
  private static final Pattern NAME = Pattern.compile("\\b[A-Za-z_]\\w*\\b");
  private static final Pattern EDGE = Pattern.compile("\\b\\w+\\.class\\b");
  private static final Pattern ANNOTATION = Pattern.compile("@[A-Z]\\w*(\\([^()]*\\))?");
  private static final Pattern LINE = Pattern.compile("(?m)^ .*\\n");
  private static final List<String> NUMBERS =
      List.of("0", "1", "2", "3", "-1", "7", "64", "1000000", "0.5", "2147483647");

  static Stream<Long> seeds() {
    return IntStream.range(0, MUTATIONS).mapToObj(i -> (long) i);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void endsWithoutAnInternalError(long seed) throws IOException {
    Random random = new Random(seed);
    List<String> networks =
        List.of(
            "GoogLeNet",
            "InceptionV3",
            "InceptionResNetV2",
            "ResNet50",
            "DenseNet121",
            "Vgg16",
            "SqueezeNet",
            "MobileNetV2",
            "MobileNetV3Small",
            "EfficientNetB0",
            "RegNetY400MF");
    String name = networks.get(random.nextInt(networks.size()));
    boolean shipped = name.startsWith("Inc") || name.startsWith("Goo");
    boolean block = !name.equals("ResNet50") && !name.equals("DenseNet121");
    String text = Files.readString((shipped ? RUNTIME : EXAMPLES).resolve(name + ".java"));
    int body = text.indexOf("\n@");
    String mutated =
        text.substring(0, body) + mutate(text.substring(body), random, 1 + random.nextInt(2));
    mutated = mutated.replaceFirst("package [\\w.]+;", "package user;");
    Map<String, String> sources = new LinkedHashMap<>();
    if (shipped) {
      mutated = mutated.replaceFirst(";", ";\nimport io.blockwork.networks.BasicConv2d;\n");
    }
    if (block) {
      sources.put(
          "user/Net.java",
          "package user;\n@io.blockwork.Model(input = @io.blockwork.Input(height = 299, width ="
              + " 299)) @%s interface Net extends io.blockwork.ImageClassifier {}\n"
                  .formatted(name));
    }
    sources.put("user/" + name + ".java", mutated);
    Result result = Compiler.JAVAC.compile(sources, "-proc:only");
    for (Finding finding : result.findings()) {
      assertTrue(!finding.code().equals(Message.INTERNAL.code()), name + ": " + finding);
      assertTrue(!finding.text().contains("uncaught exception"), name + ": " + finding);
    }
    String network = "user." + (block ? "Net" : name) + "Network";
    if (result.errors().isEmpty()) {
      assertTrue(result.sources().containsKey(network), () -> name + ": nothing was generated");
      // A network may be unusual: of the compiler nothing is to be heard.
      assertEquals(
          List.of(),
          result.findings().stream().filter(f -> !f.code().startsWith("BW2")).toList(),
          name);
    }
  }

  private static String mutate(String text, Random random, int times) {
    String mutated = text;
    for (int i = 0; i < times; i++) {
      mutated =
          switch (random.nextInt(7)) {
            case 0 -> replace(mutated, NUMBER, random, NUMBERS);
            case 1 -> replace(mutated, NAME, random, all(mutated, NAME));
            case 2 -> replace(mutated, EDGE, random, all(mutated, EDGE));
            case 3 -> replace(mutated, ANNOTATION, random, List.of(""));
            case 4 -> replace(mutated, ANNOTATION, random, pairs(mutated, random));
            case 5 -> replace(mutated, LINE, random, List.of(""));
            default -> replace(mutated, LINE, random, all(mutated, LINE));
          };
    }
    return mutated;
  }

  private static List<String> all(String text, Pattern pattern) {
    List<String> all =
        new ArrayList<>(pattern.matcher(text).results().map(MatchResult::group).toList());
    return all.isEmpty() ? List.of("") : all;
  }

  private static List<String> pairs(String text, Random random) {
    List<String> all = all(text, ANNOTATION);
    return List.of(all.get(random.nextInt(all.size())) + " " + all.get(random.nextInt(all.size())));
  }

  private static String replace(
      String text, Pattern pattern, Random random, List<String> replacements) {
    List<MatchResult> places = pattern.matcher(text).results().toList();
    if (places.isEmpty()) {
      return text;
    }
    MatchResult place = places.get(random.nextInt(places.size()));
    String by = replacements.get(random.nextInt(replacements.size()));
    return text.substring(0, place.start()) + by + text.substring(place.end());
  }
}
