package io.blockwork.composition;

import static com.google.common.truth.Truth.assertWithMessage;

import com.google.common.base.Splitter;
import io.blockwork.Block;
import io.blockwork.ops.AdaptiveAvgPool;
import io.blockwork.ops.AdaptiveMaxPool;
import io.blockwork.ops.AvgPool;
import io.blockwork.ops.BatchNorm;
import io.blockwork.ops.ChannelShuffle;
import io.blockwork.ops.Conv;
import io.blockwork.ops.Dropout;
import io.blockwork.ops.Elu;
import io.blockwork.ops.GroupNorm;
import io.blockwork.ops.LayerNorm;
import io.blockwork.ops.LeakyRelu;
import io.blockwork.ops.Linear;
import io.blockwork.ops.LocalResponseNorm;
import io.blockwork.ops.MaxPool;
import io.blockwork.ops.PRelu;
import io.blockwork.ops.Softplus;
import io.blockwork.ops.StochasticDepth;
import io.blockwork.ops.ZeroPad;
import java.lang.annotation.Annotation;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is left out of an operation's annotation is what torch takes where it is left out there. */
class OperationDefaultsTest {
  /**
   * The signatures are those in PyTorch's documentation, but for what networks here cannot be told.
   */
  static Stream<Arguments> signatures() {
    return Stream.of(
        // The size of the window, which torch demands, is 1x1 here.
        Arguments.of(
            Conv.class,
            "in_channels, out_channels, stride=1, padding=0, dilation=1, groups=1, bias=True"),
        Arguments.of(Linear.class, "in_features, out_features, bias=True"),
        Arguments.of(BatchNorm.class, "num_features, eps=1.0E-5, momentum=0.1"),
        Arguments.of(GroupNorm.class, "num_groups, num_channels, eps=1.0E-5, affine=True"),
        Arguments.of(LayerNorm.class, "normalized_shape, eps=1.0E-5, elementwise_affine=True"),
        Arguments.of(LocalResponseNorm.class, "size, alpha=1.0E-4, beta=0.75, k=1.0"),
        Arguments.of(MaxPool.class, "kernel_size, stride=None, padding=0, ceil_mode=False"),
        Arguments.of(
            AvgPool.class,
            "kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True"),
        Arguments.of(AdaptiveAvgPool.class, "output_size"),
        Arguments.of(AdaptiveMaxPool.class, "output_size"),
        Arguments.of(Dropout.class, "p=0.5"),
        Arguments.of(StochasticDepth.class, "p"),
        Arguments.of(PRelu.class, "init=0.25"),
        Arguments.of(LeakyRelu.class, "negative_slope=0.01"),
        Arguments.of(Elu.class, "alpha=1.0"),
        Arguments.of(Softplus.class, "beta=1.0, threshold=20.0"),
        Arguments.of(ChannelShuffle.class, "groups"),
        Arguments.of(ZeroPad.class, "padding"));
  }

  /** What torch calls otherwise; what the input tells needs no member. */
  private static final Map<String, String> NAMES =
      Map.of(
          "kernel_size", "kernel",
          "out_channels", "out",
          "out_features", "out",
          "num_groups", "groups",
          "in_channels", "",
          "in_features", "",
          "num_features", "",
          "num_channels", "",
          "normalized_shape", "");

  @ParameterizedTest
  @MethodSource("signatures")
  void areTorchs(Class<? extends Annotation> operation, String signature) throws Exception {
    Map<String, String> expected = new LinkedHashMap<>();
    for (String argument : Splitter.on(", ").omitEmptyStrings().split(signature)) {
      List<String> parts = Splitter.on('=').splitToList(argument);
      String member = NAMES.getOrDefault(parts.get(0), camel(parts.get(0)));
      if (!member.isEmpty()) {
        expected.put(member, parts.size() > 1 ? parts.get(1) : "required");
      }
    }
    for (Map.Entry<String, String> each : expected.entrySet()) {
      Method member = operation.getDeclaredMethod(each.getKey());
      assertWithMessage("%s.%s", operation.getSimpleName(), each.getKey())
          .that(text(Objects.requireNonNull(member.getDefaultValue())))
          .isEqualTo(each.getValue());
    }
  }

  private static String camel(String name) {
    StringBuilder camel = new StringBuilder();
    for (String word : Splitter.on('_').split(name)) {
      camel.append(
          camel.isEmpty()
              ? word
              : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
    }
    return camel.toString();
  }

  /** A default as Python writes it. */
  private static String text(Object value) {
    if (value.getClass().isArray()) {
      List<String> sides = new ArrayList<>();
      for (int i = 0; i < Array.getLength(value); i++) {
        sides.add(text(Array.get(value, i)));
      }
      // Without a stride, a pool has that of its window.
      return sides.isEmpty() ? "None" : String.join(", ", sides);
    } else if (value instanceof Boolean truth) {
      return truth ? "True" : "False";
    }
    boolean required =
        value instanceof Number number && number.doubleValue() == (double) Block.REQUIRED;
    return required ? "required" : String.valueOf(value);
  }
}
