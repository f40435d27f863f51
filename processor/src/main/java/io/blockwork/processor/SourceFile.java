package io.blockwork.processor;

import com.palantir.javapoet.JavaFile;
import io.blockwork.processor.emit.Tidy;
import java.io.IOException;
import java.io.Writer;
import javax.annotation.processing.Filer;
import javax.lang.model.element.TypeElement;

/** Hands generated sources to the compiler. */
final class SourceFile {
  private SourceFile() {}

  /** The name of the class that the file holds. */
  static String qualifiedName(JavaFile file) {
    String name = file.typeSpec().name();
    return file.packageName().isEmpty() ? name : file.packageName() + "." + name;
  }

  /** Writes {@code file}, which stems from {@code origin} alone. */
  static void write(JavaFile file, TypeElement origin, Filer filer) throws IOException {
    try (Writer writer = filer.createSourceFile(qualifiedName(file), origin).openWriter()) {
      writer.write(Tidy.apply(file.toString()));
    }
  }
}
