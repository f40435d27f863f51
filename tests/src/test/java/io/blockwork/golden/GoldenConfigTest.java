package io.blockwork.golden;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaEnumConstant;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.blockwork.Network;
import io.blockwork.ResNetVersion;
import io.blockwork.Shortcut;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The annotations are kept in class files but not at run time, so they are read from the class
 * files.
 */
@DisplayName("The annotations say what the golden files' configurations say")
final class GoldenConfigTest {
  @ParameterizedTest(name = "{0}")
  @EnumSource
  void annotationsAgreeWithTheConfiguration(GoldenCase network) {
    JsonNode config = network.load().config();
    assertAll(
        () -> check(network.network(), config, config.get("input")),
        () ->
            check(
                network.standard(),
                config,
                config.path("factsInput").isMissingNode()
                    ? config.get("input")
                    : config.get("factsInput")));
  }

  private static void check(Class<? extends Network> type, JsonNode config, JsonNode input) {
    assertEquals(expected(config, input), declared(type), type.getSimpleName());
  }

  private static Map<String, Object> expected(JsonNode config, JsonNode input) {
    Map<String, Object> values = new LinkedHashMap<>();
    String family = config.get("family").textValue();
    values.put("input.channels", input.get("c").intValue());
    values.put("input.height", input.get("h").intValue());
    values.put("input.width", input.get("w").intValue());
    values.put("input.sizes", "[]");
    if (!family.equals("denseblock")) {
      values.put("stem", config.get("stem").textValue().toUpperCase(Locale.ROOT));
      values.put("classes", config.get("classes").intValue());
      values.put("blocks", config.get("blocks").toString().replace(",", ", "));
    }
    switch (family) {
      case "resnet" -> {
        for (String name : new String[] {"width", "groups", "widthPerGroup"}) {
          values.put(name, config.get(name).intValue());
        }
        values.put("bottleneck", config.get("bottleneck").booleanValue());
        values.put("squeezeExcitation", config.get("seReduction").intValue());
        values.put(
            "shortcut",
            (config.get("shortcut").textValue().equals("A") ? Shortcut.PAD : Shortcut.PROJECTION)
                .name());
        values.put(
            "version",
            (config.get("preact").booleanValue() ? ResNetVersion.V2 : ResNetVersion.V1_5).name());
        values.put("dilateFrom", 0);
        values.put("zeroInitResidual", false);
        values.put("stochasticDepth", 0.0);
        values.put("weights", "");
      }
      case "densenet" -> {
        dense(values, config);
        values.put("stemChannels", config.get("initChannels").intValue());
        values.put("compression", config.get("compression").doubleValue());
        values.put("weights", "");
      }
      default -> {
        dense(values, config);
        values.put("channels", input.get("c").intValue());
        values.put("layers", config.get("blocks").get(0).intValue());
      }
    }
    return new java.util.TreeMap<>(values);
  }

  private static void dense(Map<String, Object> values, JsonNode config) {
    values.put("growth", config.get("growth").intValue());
    values.put("bnSize", config.get("bnSize").intValue());
    values.put("dropout", 0.0);
    values.put("memoryEfficient", false);
  }

  private static Map<String, Object> declared(Class<? extends Network> type) {
    JavaClass declaration = new ClassFileImporter().importClass(type);
    JavaAnnotation<?> annotation =
        declaration.getAnnotations().stream()
            .filter(a -> a.getRawType().getPackageName().equals("io.blockwork"))
            .collect(
                Collectors.collectingAndThen(
                    Collectors.toList(),
                    found -> {
                      assertEquals(1, found.size(), "annotations of " + type);
                      return found.get(0);
                    }));
    Map<String, Object> values = new java.util.TreeMap<>();
    annotation.getProperties().forEach((name, value) -> put(values, name, value));
    // The default of the stem's channels is twice the growth.
    if (values.get("growth") instanceof Integer growth) {
      values.replace("stemChannels", 0, 2 * growth);
    }
    return values;
  }

  private static void put(Map<String, Object> values, String name, Object value) {
    if (value instanceof JavaAnnotation<?> nested) {
      nested.getProperties().forEach((inner, v) -> put(values, name + "." + inner, v));
    } else if (value instanceof JavaEnumConstant constant) {
      values.put(name, constant.name());
    } else if (value instanceof int[] array) {
      values.put(name, Arrays.toString(array));
    } else if (value instanceof Integer[] array) {
      values.put(name, Arrays.toString(array));
    } else {
      values.put(name, value);
    }
  }
}
