package io.blockwork.io;

import static com.google.common.truth.Truth.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FileProblemTest {
  static Stream<Arguments> problems() {
    IOException full = new FileSystemException("a", null, "No space left on device");
    return Stream.of(
        Arguments.of(new IOException("Input/output error"), "Input/output error"),
        Arguments.of(full, "No space left on device"),
        Arguments.of(new UncheckedIOException(full), "No space left on device"),
        Arguments.of(new DirectoryIteratorException(full), "No space left on device"),
        Arguments.of(new AccessDeniedException("a"), "permission denied"),
        Arguments.of(new NoSuchFileException("a"), "there is no such file"),
        Arguments.of(new FileSystemException("a"), "FileSystemException"),
        Arguments.of(new UnknownHostException("mirror"), "UnknownHostException: mirror"),
        Arguments.of(new EOFException(), "EOFException"),
        Arguments.of(new IOException(" "), "IOException"),
        Arguments.of(new IOException("a\u001b[2Jb"), SafeText.of("a\u001b[2Jb")));
  }

  @ParameterizedTest
  @MethodSource("problems")
  void aReasonIsTheSystemsOwnWordsAndNamesAnExceptionOnlyWhereTheySayTooLittle(
      Exception problem, String words) {
    assertThat(FileProblem.reason(problem)).isEqualTo(words);
  }
}
