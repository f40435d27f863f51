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
    String nodes = "  @Conv(out = 4) interface stem {}\n  @Outer interface outer {}";
    String text = only(compiler, net(nodes, BLOCKS));
    assertHas(
        text,
        "outer.inner.0.sum: @Sum cannot take conv (8 x 32 x 32) and Input (4 x 32 x 32)",
        "by way of Net.outer -> Outer.inner -> Inner.sum",
        "stem                           4 x  32 x  32   @Conv",
        "> outer.inner.0.sum          no output           add",
        "fix: give it all of 8 x 32 x 32");
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
    assertHas(
        text,
        "by way of Net -> InceptionV3.AuxLogits -> InceptionAux.pool",
        "    ...\n",
        "Mixed_6e                     768 x   4 x   4   @InceptionC",
        "fix: use an input of at least 299x299, or leave the auxiliary output out: aux = false");
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void aComputedValueOutOfRangeWithItsColumn(Compiler compiler) {
    String text =
        only(compiler, net("  @Conv @With(\"kernel = 3, out = in - 3\") interface conv {}", ""));
    assertHas(
        text,
        "column 22 of \"kernel = 3, out = in - 3\": out of @Conv is 0, but must be from 1 to 1048576");
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
