package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.blockwork.processor.Compiler.Result;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("javac and ECJ give the same bytes")
final class SameSourcesTest {
  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "@Model @GoogLeNet",
        "@Model(input = @Input(height = 299, width = 299)) @InceptionV3(classes = 10)"
      })
  void ofNetworksWhoseBlocksComeFromAnotherJar(String annotations) {
    String source =
        """
        package user;

        import io.blockwork.*;
        import io.blockwork.networks.*;

        %s
        public interface Net extends ImageClassifier {}
        """
            .formatted(annotations);
    Map<String, String> sources = Map.of("user/Net.java", source);
    Result javac = Compiler.JAVAC.compile(sources, "-proc:only");
    Result ecj = Compiler.ECJ.compile(sources, "-proc:only");
    assertEquals(List.of(), javac.findings());
    assertEquals(List.of(), ecj.findings());
    assertFalse(javac.graphs().isEmpty());
    assertEquals(javac.sources(), ecj.sources());
    assertEquals(javac.graphs(), ecj.graphs());
  }
}
