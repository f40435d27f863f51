package io.blockwork.compiler;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static com.google.testing.compile.CompilationSubject.assertThat;
import static com.google.testing.compile.Compiler.javac;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.JavaFileObjects;
import io.blockwork.processor.BlockworkProcessor;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaFileObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.CodeSizeEvaluator;

class DeepNetworksTest {
  /** HotSpot leaves longer methods interpreted ({@code -XX:-DontCompileHugeMethods} lifts that). */
  private static final int HUGE_METHOD = 8000;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "@ResNet(blocks = {200, 200, 200}, width = 16, stem = Stem.CIFAR, shortcut = Shortcut.PAD)",
        "@ResNet(blocks = {300, 300, 300, 300}, bottleneck = true, squeezeExcitation = 16)",
        "@ResNet(blocks = {300, 300, 300, 300}, version = ResNetVersion.V2)",
        "@DenseNet(growth = 32, blocks = {6, 12, 64, 48})",
        "@DenseNet(growth = 4, blocks = {300, 300, 300, 300}, dropout = 0.2, memoryEfficient = true)"
      })
  void compileWithoutAMethodThatHotSpotWouldNotCompile(String annotation) throws IOException {
    Compilation compilation =
        javac()
            .withProcessors(new BlockworkProcessor())
            .compile(
                JavaFileObjects.forSourceLines(
                    "deep.Deep",
                    "package deep;",
                    "import io.blockwork.*;",
                    annotation,
                    "public interface Deep extends ImageClassifier {}"));

    assertThat(compilation).succeeded();
    List<String> huge = new ArrayList<>();
    int methods = 0;
    for (JavaFileObject file : compilation.generatedFiles()) {
      if (file.getKind() == JavaFileObject.Kind.CLASS) {
        methods += inspect(file, huge);
      }
    }
    assertThat(methods).isGreaterThan(100);
    assertWithMessage("methods of more than %s bytes", HUGE_METHOD).that(huge).isEmpty();
  }

  @Test
  void theMeasureFindsAHugeMethod() throws IOException {
    String adds = "x += x * 3 + y; y -= x / 7;\n".repeat(1000);
    Compilation compilation =
        javac()
            .compile(
                JavaFileObjects.forSourceLines(
                    "deep.Huge",
                    "package deep; class Huge { int f(int x, int y) {" + adds + "return x; } }"));
    List<String> huge = new ArrayList<>();
    inspect(compilation.generatedFiles().get(0), huge);
    assertThat(huge).hasSize(1);
  }

  private static int inspect(JavaFileObject file, List<String> huge) throws IOException {
    int[] methods = {0};
    try (InputStream in = file.openInputStream()) {
      ClassVisitor visitor =
          new ClassVisitor(Opcodes.ASM9) {
            @Override
            public MethodVisitor visitMethod(
                int access, String name, String type, String generic, String[] exceptions) {
              methods[0]++;
              return new CodeSizeEvaluator(Opcodes.ASM9, null) {
                @Override
                public void visitEnd() {
                  if (getMaxSize() > HUGE_METHOD) {
                    huge.add(file.getName() + " " + name + ": " + getMaxSize());
                  }
                }
              };
            }
          };
      new ClassReader(in).accept(visitor, 0);
    }
    return methods[0];
  }
}
