package io.blockwork.processor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.annotation.processing.Processor;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.eclipse.jdt.internal.compiler.tool.EclipseCompiler;

/** The two compilers that users have, run in this process. */
enum Compiler {
  JAVAC,
  ECJ;

  /**
   * What a compiler said.
   *
   * @param kind error or warning
   * @param file name of the source, empty if it belongs to none
   * @param line from 1
   * @param column from 1
   * @param text the whole message
   */
  record Finding(Diagnostic.Kind kind, String file, long line, long column, String text) {
    boolean isError() {
      return kind == Diagnostic.Kind.ERROR;
    }

    /** The code in brackets that our messages open with; empty for the compiler's own. */
    String code() {
      return text.startsWith("[BW") ? text.substring(1, text.indexOf(']')) : "";
    }

    @Override
    public String toString() {
      return "%s:%d:%d: %s: %s".formatted(file, line, column, kind, text);
    }
  }

  /**
   * What a compilation left.
   *
   * @param findings errors and warnings, in order
   * @param sources what the processor generated, by qualified name
   * @param classes class files, by binary name
   * @param graphs the texts of the networks' graphs, by the qualified name of the network
   */
  record Result(
      List<Finding> findings,
      Map<String, String> sources,
      Map<String, byte[]> classes,
      Map<String, String> graphs) {
    /** The generated source of a class, which must be there. */
    String source(String name) {
      return Objects.requireNonNull(sources.get(name), name);
    }

    /** Loads a class, and with it all others. */
    Class<?> load(String name) {
      try {
        return Class.forName(name, true, new Loader(classes));
      } catch (ClassNotFoundException e) {
        throw new IllegalArgumentException(name + " is not among " + classes.keySet(), e);
      }
    }

    List<Finding> errors() {
      return findings.stream().filter(Finding::isError).toList();
    }

    List<Finding> warnings() {
      return findings.stream().filter(f -> !f.isError()).toList();
    }
  }

  private static final class Loader extends ClassLoader {
    private final Map<String, byte[]> classes;

    Loader(Map<String, byte[]> classes) {
      super(Compiler.class.getClassLoader());
      this.classes = classes;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      byte[] bytes = classes.get(name);
      if (bytes == null) {
        throw new ClassNotFoundException(name);
      }
      return defineClass(name, bytes, 0, bytes.length);
    }
  }

  /** Compiles sources, given by their path as {@code user/Net.java}, with our processor. */
  Result compile(Map<String, String> sources, String... options) {
    return compile(sources, List.of(new BlockworkProcessor(), new ClaimProcessor()), options);
  }

  /** Compiles sources with the given processors. */
  Result compile(
      Map<String, String> sources, List<? extends Processor> processors, String... options) {
    try {
      Path root = Files.createTempDirectory("blockwork-test");
      try {
        return compile(root, sources, processors, List.of(options));
      } finally {
        delete(root);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Result compile(
      Path root,
      Map<String, String> sources,
      List<? extends Processor> processors,
      List<String> options)
      throws IOException {
    List<Path> files = new ArrayList<>();
    for (Map.Entry<String, String> source : sources.entrySet()) {
      Path file = root.resolve("src").resolve(source.getKey());
      Files.createDirectories(file.getParent());
      files.add(Files.writeString(file, source.getValue()));
    }
    Path generated = Files.createDirectories(root.resolve("generated"));
    Path classes = Files.createDirectories(root.resolve("classes"));
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("-d", classes.toString(), "-s", generated.toString()));
    arguments.addAll(
        this == JAVAC ? List.of("--release", "17") : List.of("-17", "-proceedOnError"));
    if (!options.contains("-cp") && !options.contains("--module-path")) {
      arguments.addAll(List.of("-cp", System.getProperty("java.class.path")));
    }
    arguments.addAll(options);
    JavaCompiler compiler =
        this == JAVAC ? ToolProvider.getSystemJavaCompiler() : new EclipseCompiler();
    DiagnosticCollector<JavaFileObject> collector = new DiagnosticCollector<>();
    try (StandardJavaFileManager manager =
        compiler.getStandardFileManager(collector, Locale.ROOT, StandardCharsets.UTF_8)) {
      var task =
          compiler.getTask(
              Writer.nullWriter(),
              manager,
              collector,
              arguments,
              null,
              manager.getJavaFileObjectsFromPaths(files));
      task.setProcessors(processors);
      task.call();
    }
    List<Finding> findings = new ArrayList<>();
    for (Diagnostic<? extends JavaFileObject> diagnostic : collector.getDiagnostics()) {
      findings.add(finding(diagnostic));
    }
    Map<String, String> texts = new TreeMap<>();
    files(generated, ".java").forEach((name, bytes) -> texts.put(name, utf8(bytes)));
    Map<String, String> graphs = new TreeMap<>();
    files(classes, ".graph").forEach((name, bytes) -> graphs.put(name, utf8(bytes)));
    return new Result(findings, texts, files(classes, ".class"), graphs);
  }

  private static Finding finding(Diagnostic<? extends JavaFileObject> diagnostic)
      throws IOException {
    String text = diagnostic.getMessage(Locale.ROOT);
    JavaFileObject source = diagnostic.getSource();
    if (source == null || diagnostic.getPosition() == Diagnostic.NOPOS) {
      return new Finding(diagnostic.getKind(), "", 0, 0, text);
    }
    // Counted by ourselves: ECJ's diagnostics know positions only.
    Path path = Path.of(source.toUri());
    String before = Files.readString(path).substring(0, (int) diagnostic.getPosition());
    long line = before.chars().filter(c -> c == '\n').count() + 1;
    int column = before.length() - before.lastIndexOf('\n');
    String file = path.getFileName().toString();
    return new Finding(diagnostic.getKind(), file, line, column, text);
  }

  private static Map<String, byte[]> files(Path root, String suffix) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.filter(p -> p.toString().endsWith(suffix)).toList()) {
        String name = root.relativize(path).toString();
        name = name.substring(0, name.length() - suffix.length());
        files.put(name.replace(path.getFileSystem().getSeparator(), "."), Files.readAllBytes(path));
      }
    }
    return files;
  }

  private static String utf8(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void delete(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
