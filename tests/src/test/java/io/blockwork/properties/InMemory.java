package io.blockwork.properties;

import static com.google.testing.compile.CompilationSubject.assertThat;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.Compiler;
import com.google.testing.compile.JavaFileObjects;
import io.blockwork.processor.BlockworkProcessor;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.JavaFileObject;

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
      files.put(file.getName(), MemoryLoader.bytes(file));
    }
    return files;
  }

  /** Loads the compiled and generated classes and returns one of them. */
  public Class<?> load(String className) {
    try {
      return Class.forName(className, true, MemoryLoader.of(compilation));
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException(className + " is not among " + files().keySet(), e);
    }
  }
}
