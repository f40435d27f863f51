package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A message of the composition language tells what is needed to mend it")
final class CompositionMessagesTest {
  private static final String BLOCKS =
      """
      @Block @interface Outer {
        @Inner(out = 8) @Repeat(2) interface inner {}
      }
      @Block @interface Inner {
        int out() default Block.REQUIRED;
        @Conv @With("out = out") interface conv {}
        @Sum @From({conv.class, Input.class}) interface sum {}
      }
      """;

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void inputsThatDifferWithTheWayThroughTheBlocksAndTheShapes(Compiler compiler) {
    String text = only(compiler, net("  @Conv(out = 4) interface stem {}\n  @Outer interface outer {}", BLOCKS));
    assertHas(text, "X");
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void anInputTooSmallForTheAuxiliaryHeadOffersToLeaveItOut(Compiler compiler) {
    String text =
        only(
            compiler,
            """
            package user;

            import io.blockwork.*;

            @Model(input = @Input(height = 96, width = 96))
            @io.blockwork.networks.InceptionV3
            interface Net extends ImageClassifier {}
            """);
    assertHas(text, "X");
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void aComputedValueOutOfRangeWithItsColumn(Compiler compiler) {
    String text = only(compiler, net("  @Conv @With(\"kernel = 3, out = in - 3\") interface conv {}", ""));
    assertHas(text, "X");
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void theNearestNames(Compiler compiler) {
    assertHas(
        only(compiler, net("  @Conv @With(\"out = Input.chanels\") interface conv {}", "")),
        "write Input.channels");
    assertHas(
        only(compiler, net("  @Conv(out = 8) @With(\"kernl = 3\") interface conv {}", "")),
        "write kernel");
    assertHas(
        only(
            compiler,
            net(
                "  @Relu interface first {}\n  @Relu @From(firs.class) interface second {}",
                "@interface firs {}")),
        "write @From(first.class)");
  }

  private static void assertHas(String text, String... lines) {
    for (String line : lines) {
      assertTrue(text.contains(line), text);
    }
  }

  private static String only(Compiler compiler, String source) {
    List<Compiler.Finding> findings = compiler.compile(Map.of("user/Net.java", source)).findings();
    assertEquals(1, findings.size(), findings::toString);
    return findings.get(0).text();
  }

  private static String net(String nodes, String blocks) {
    return """
        package user;

        import io.blockwork.*;
        import io.blockwork.ops.*;

        @Model(input = @Input(height = 32, width = 32))
        interface Net extends ImageClassifier {
        %s
          @GlobalAvgPool interface avgpool {}
          @Linear(out = 10) interface fc {}
        }
        %s
        """
        .formatted(nodes, blocks);
  }
}
