package io.blockwork.architecture;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever others can use has a comment; that the comments are sound is the Javadoc tool's to say,
 * whose warnings fail the build.
 */
@DisplayName("The Javadoc")
final class JavadocTest {
  /** Shipped networks, whose nodes say what they are. */
  private static final String NETWORKS = "io.blockwork.networks";

  /** The processor's registers, which are called as in its manual. */
  private static final String REGISTERS = "io.blockwork.engine.x86.Register";

  /** Finds what others can see and has no comment. */
  private static final class Uncommented extends TreePathScanner<Void, Boolean> {
    private final DocTrees comments;
    private final CompilationUnitTree file;
    private final Set<String> found;

    Uncommented(DocTrees comments, CompilationUnitTree file, Set<String> found) {
      this.comments = comments;
      this.file = file;
      this.found = found;
    }

    @Override
    public Void visitClass(ClassTree type, Boolean inVisible) {
      boolean visible = inVisible && isVisible(type.getModifiers());
      if (visible && !isNode(type)) {
        require(type.getSimpleName());
      }
      return super.visitClass(type, visible);
    }

    @Override
    public Void visitMethod(MethodTree method, Boolean inVisible) {
      if (inVisible && isVisible(method.getModifiers()) && !overrides(method)) {
        require(method.getName());
      }
      return null;
    }

    @Override
    public Void visitVariable(VariableTree field, Boolean inVisible) {
      boolean component = owner().getKind() == Tree.Kind.RECORD && !isStatic(field);
      if (inVisible && !component && isVisible(field.getModifiers())) {
        require(field.getName());
      }
      return null;
    }

    private ClassTree owner() {
      return (ClassTree) getCurrentPath().getParentPath().getLeaf();
    }

    private static boolean isStatic(VariableTree field) {
      return field.getModifiers().getFlags().contains(Modifier.STATIC);
    }

    private boolean isVisible(ModifiersTree modifiers) {
      Set<Modifier> flags = modifiers.getFlags();
      return flags.contains(Modifier.PUBLIC)
          || flags.contains(Modifier.PROTECTED)
          || (getCurrentPath().getParentPath().getLeaf() instanceof ClassTree type
              && (type.getKind() == Tree.Kind.INTERFACE
                  || type.getKind() == Tree.Kind.ANNOTATION_TYPE)
              && !flags.contains(Modifier.PRIVATE));
    }

    private boolean isNode(ClassTree type) {
      return NETWORKS.equals(String.valueOf(file.getPackageName()))
          && type.getKind() == Tree.Kind.INTERFACE
          && type.getMembers().stream().allMatch(ClassTree.class::isInstance)
          && !type.getModifiers().getAnnotations().isEmpty();
    }

    private static boolean overrides(MethodTree method) {
      return method.getModifiers().getAnnotations().stream()
          .anyMatch(a -> a.getAnnotationType().toString().equals("Override"));
    }

    private void require(CharSequence name) {
      String comment = comments.getDocComment(getCurrentPath());
      String where = file.getPackageName() + "." + nameOf(file);
      if ((comment == null || comment.isBlank()) && !where.equals(REGISTERS)) {
        long start =
            comments.getSourcePositions().getStartPosition(file, getCurrentPath().getLeaf());
        found.add(where + ", line " + file.getLineMap().getLineNumber(start) + ": " + name);
      }
    }

    private static String nameOf(CompilationUnitTree file) {
      String path = file.getSourceFile().getName();
      return path.substring(path.lastIndexOf('/') + 1, path.lastIndexOf('.'));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "runtime",
        "runtime/cuda",
        "runtime/spark",
        "runtime/onnx",
        "processor/graph",
        "processor"
      })
  void everythingThatOthersCanUseHasAComment(String module) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Path sources = Path.of("..", module, "src/main/java");
    Set<String> uncommented = new TreeSet<>();
    try (Stream<Path> all = Files.walk(sources);
        StandardJavaFileManager files =
            compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8)) {
      List<Path> java = all.filter(file -> file.toString().endsWith(".java")).toList();
      assertThat(java).isNotEmpty();
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  diagnostic -> {},
                  List.of("-proc:none"),
                  null,
                  files.getJavaFileObjectsFromPaths(java));
      DocTrees comments = DocTrees.instance(task);
      for (CompilationUnitTree file : task.parse()) {
        new Uncommented(comments, file, uncommented).scan(file, true);
      }
    }
    assertThat(uncommented).isEmpty();
  }

  @Test
  void itsOverviewIsATourThatStandsInTheJarsWithTheSources() throws IOException {
    String artifact = "blockwork-runtime-" + System.getProperty("blockwork.version");
    Path javadoc = Path.of("..", "runtime/target", artifact + "-javadoc.jar");
    Path sources = Path.of("..", "runtime/target", artifact + "-sources.jar");
    assumeTrue(Files.exists(javadoc), "the jars are not built: run mvn verify");
    assertThat(text(javadoc, "index.html")).contains("A network is an annotated interface");
    assertThat(text(javadoc, "io/blockwork/Networks.html")).contains("create");
    assertThat(text(sources, "io/blockwork/Networks.java")).contains("class Networks");
  }

  private static String text(Path jar, String entry) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      ZipEntry found = file.getEntry(entry);
      assertWithMessage("%s in %s", entry, jar).that(found).isNotNull();
      return new String(file.getInputStream(found).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
