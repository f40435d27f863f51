package io.blockwork.compiler;

import static com.google.testing.compile.CompilationSubject.assertThat;
import static com.google.testing.compile.Compiler.javac;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.JavaFileObjects;
import io.blockwork.processor.BlockworkProcessor;
import org.junit.jupiter.api.Test;

class UserNamesTest {
  private static Compilation compile(String... body) {
    return javac()
        .withProcessors(new BlockworkProcessor())
        .compile(
            JavaFileObjects.forSourceString(
                "user.Net",
                "package user; import io.blockwork.*; import org.nd4j.linalg.api.ndarray.INDArray;\n"
                    + "@ResNet(blocks = {1, 1}, width = 8)\n"
                    + "public interface Net extends ImageClassifier {"
                    + String.join("\n", body)
                    + "}"));
  }

  @Test
  void methodsMayBeCalledAsGeneratedCodeCallsItsOwn() {
    assertThat(
            compile(
                "@Output(\"conv1\") INDArray conv(INDArray images);",
                "default String describe() { return \"a network\"; }",
                "default int layers() { return 1; }"))
        .succeeded();
  }

  @Test
  void anAbstractMethodThatHidesADefaultOneIsAnErrorOfTheInterface() {
    assertThat(compile("String summary();")).hadErrorContaining("[BW007]");
  }
}
