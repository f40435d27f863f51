package io.blockwork.properties;

import static com.google.testing.compile.CompilationSubject.assertThat;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.Compiler;
import com.google.testing.compile.JavaFileObjects;
import io.blockwork.processor.BlockworkProcessor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.JavaFileObject;
import javax.tools.JavaFileObject.Kind;

/** Compiles sources with the processor, writes nothing to disk, and loads the classes. */
public final class InMemory {
  private final Compilation compilation;

  private InMemory(Compilation compilation) {
    this.compilation = compilation;
  }

  /** Compiles one source file, without errors and warnings. */
  public static InMemory compile(String className, String source) {
    Compilation compilation =
        Compiler.javac()
            .withProcessors(new BlockworkProcessor())
            .withOptions(
                "--release",
                "17",
                "-Xlint:all,-processing,-classfile",
                "-Ablockwork.warnings=false")
            .compile(JavaFileObjects.forSourceString(className, source));
    assertThat(compilation).succeededWithoutWarnings();
    return new InMemory(compilation);
  }

  /** Every generated file, source and class, by its name. */
  public Map<String, byte[]> files() {
    Map<String, byte[]> files = new TreeMap<>();
    for (JavaFileObject file : compilation.generatedFiles()) {
      files.put(file.getName(), bytes(file));
    }
    return files;
  }

  /** Loads the compiled and generated classes and returns one of them. */
  public Class<?> load(String className) {
    Map<String, byte[]> classes = new HashMap<>();
    for (JavaFileObject file : compilation.generatedFiles()) {
      if (file.getKind() == Kind.CLASS) {
        String path = file.getName().replaceFirst("^/?CLASS_OUTPUT/", "");
        classes.put(
            path.substring(0, path.length() - ".class".length()).replace('/', '.'), bytes(file));
      }
    }
    try {
      return Class.forName(className, true, new MemoryLoader(classes));
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException(className + " is not among " + classes.keySet(), e);
    }
  }

  private static byte[] bytes(JavaFileObject file) {
    try (InputStream in = file.openInputStream()) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class MemoryLoader extends ClassLoader {
    private final Map<String, byte[]> classes;

    MemoryLoader(Map<String, byte[]> classes) {
      super(InMemory.class.getClassLoader());
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
}
