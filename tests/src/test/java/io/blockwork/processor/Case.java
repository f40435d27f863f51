package io.blockwork.processor;

import io.blockwork.processor.Compiler.Finding;
import io.blockwork.processor.spec.Message;
import java.util.Map;

/**
 * One wrong source and the place where it is to be reported. In the source, {@code ^} stands before
 * the character that javac is to point at and {@code ~} before the one that ECJ is to point at.
 *
 * @param message what is to be reported
 * @param marked the source of {@code user/Net.java} with the marks
 */
record Case(Message message, String marked) {
  private static final String HEAD = "package user;\n\nimport io.blockwork.*;\n\n";

  /** A source whose package and imports are added. */
  static Case of(Message message, String marked) {
    return new Case(message, HEAD + marked);
  }

  /** An annotation on an interface that is right for it. */
  static Case on(Message message, String annotation) {
    boolean bare = annotation.contains("Block(");
    String supertype = bare ? "Network" : "ImageClassifier";
    return of(message, annotation + "\npublic interface Net extends " + supertype + " {}\n");
  }

  String source() {
    return marked.replace("^", "").replace("~", "");
  }

  Map<String, String> sources() {
    return Map.of("user/Net.java", source());
  }

  /** Whether the finding stands where it should. */
  boolean isAt(Compiler compiler, Finding finding) {
    String text = marked.replace(compiler == Compiler.JAVAC ? "~" : "^", "");
    String before = text.substring(0, text.indexOf(compiler == Compiler.JAVAC ? '^' : '~'));
    long line = before.chars().filter(c -> c == '\n').count() + 1;
    long column = (long) before.length() - before.lastIndexOf('\n');
    return finding.file().equals("Net.java")
        && finding.line() == line
        && finding.column() == column;
  }

  @Override
  public String toString() {
    String annotation = source().substring(source().indexOf("@"));
    return message.code() + " " + annotation.replaceAll("\\s+", " ");
  }
}
