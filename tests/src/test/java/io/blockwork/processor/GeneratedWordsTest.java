package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.processor.Compiler.Result;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Generated code tells its readers")
final class GeneratedWordsTest {
  private static Result compile(String annotation, String body) {
    String source =
        """
        package user;

        import io.blockwork.*;
        import io.blockwork.ops.*;
        import org.nd4j.linalg.api.ndarray.INDArray;

        %s
        public interface Net extends ImageClassifier {
        %s
        }
        """
            .formatted(annotation, body);
    Result result = Compiler.JAVAC.compile(Map.of("user/Net.java", source));
    assertEquals(List.of(), result.errors());
    return result;
  }

  private static void assertHas(String source, String words) {
    // Comments are wrapped, and stand in columns.
    String plain = source.replaceAll("\\s+\\*?\\s*", " ");
    assertTrue(plain.contains(words), () -> words + " is not in\n" + source);
  }

  @Test
  void thatAnOperationIsAnAuxiliaryOutput() {
    Result result =
        compile(
            "@Model(input = @Input(height = 8, width = 8))",
            """
            @Conv(out = 4, kernel = 3) interface conv {}
            @GlobalAvgPool interface pool {}
            @Linear(out = 3) @Auxiliary(weight = 0.3) @From(pool.class) interface aux {}
            @Linear(out = 3) @From(pool.class) interface fc {}
            """);
    String training = result.source("user.NetBackward");
    assertHas(training, "aux: auxiliary output, of training only: linear. 4 x 1 x 1 -> 3 x 1 x 1.");
    assertHas(training, "// x -> auxOut linear 3 x 1 x 1 auxiliary output");
    assertFalse(result.source("user.NetForward").contains("aux"));
  }

  @Test
  void whatEachLineReadsAndWrites() {
    Result result =
        compile("@ResNet(blocks = {1}, width = 4, input = @Input(height = 32, width = 32))", "");
    assertHas(
        result.source("user.NetForward"),
        "conv1.run(); // x -> conv1Out 3x3 4 x 8 x 8 norm, relu"
            + " conv2.run(); // conv1Out, x -> x 3x3 4 x 8 x 8 norm, add, relu");
    assertHas(result.source("user.NetBackward"), "conv2.forward(); // bn1Out -> conv2Out 3x3");
    assertHas(result.source("user.NetBackward"), "conv2.backward(); // dConv2Out -> dBn1Out 3x3");
  }

  @Test
  void whichNormsAreFoldedAndWhichRun() {
    String input = "input = @Input(height = 32, width = 32)";
    assertHas(
        compile("@ResNet(blocks = {1}, width = 4, " + input + ")", "").source("user.NetForward"),
        "All 3 batch norms are folded into the convolutions before them.");
    assertHas(
        compile("@DenseNet(blocks = {2}, growth = 4, " + input + ")", "").source("user.NetForward"),
        "3 batch norms are folded into the convolutions before them; 3 (norm1, norm5) run, with no"
            + " convolution of their own before them.");
  }

  @Test
  void whyATransitionPoolsBeforeItsConvolution() {
    assertHas(
        compile(
                "@DenseNet(blocks = {1, 1}, growth = 4, input = @Input(height = 32, width = 32))",
                "")
            .source("user.NetForward"),
        "cheaper here");
  }

  @Test
  void whichPapersDescribeTheNetwork() {
    String input = "input = @Input(height = 32, width = 32)";
    assertHas(
        compile("@ResNet(blocks = {1}, width = 4, squeezeExcitation = 2, " + input + ")", "")
            .source("user.NetNetwork"),
        "After He et al. 2015 (arXiv:1512.03385), Table 1 and Figure 5; Hu et al. 2017"
            + " (arXiv:1709.01507), Figure 3.");
    assertHas(
        compile("@DenseNet(blocks = {1}, growth = 4, " + input + ")", "").source("user.NetNetwork"),
        "After Huang et al. 2016 (arXiv:1608.06993), Table 1 and section 3.");
  }

  @Test
  void nothingOfAClassifierThatIsNotThere() {
    Result result =
        compile(
            "@ResNet(blocks = {1}, width = 4, input = @Input(height = 32, width = 32))",
            "@Output(\"avgpool\") INDArray vectors(INDArray images);");
    String pass = result.source("user.NetVectors");
    assertFalse(pass.contains("classifier"), pass);
    assertHas(pass, "/** head: mean.");
  }
}
