package io.blockwork.io;

import static com.google.common.truth.Truth.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

final class SafeTextTest {
  @Test
  void escapesWhatBreaksLinesMovesTheCursorOrTurnsTheText() {
    assertThat(SafeText.of("a\u001b[31mb\r\nc\td\u0000\u009b\u2028\u202e\u2066\ufeff"))
        .isEqualTo("a\\u001b[31mb\\r\\nc\\td\\u0000\\u009b\\u2028\\u202e\\u2066\\ufeff");
  }

  @Test
  void keepsTheLettersOfAllScripts() {
    String letters = "Äpfel, 猫, كلب, 🐈, ñ";
    assertThat(SafeText.of(letters)).isSameInstanceAs(letters);
  }

  @Test
  void showsHalvesOfCharactersByTheirNumbers() {
    assertThat(SafeText.of("\ud83d")).isEqualTo("\\ud83d");
    assertThat(SafeText.of("x\udc08\ud83d\udc08")).isEqualTo("x\\udc08\ud83d\udc08");
  }

  @Test
  @SuppressWarnings("UnnecessaryStringBuilder") // an argument that is no String
  void makesEveryArgumentHarmlessAndKeepsTheTemplate() {
    assertThat(
            SafeText.format(
                "%s: %s%n  fix: %-4s|", Path.of("a\u001bb"), List.of("x\ny"), new StringBuilder()))
        .isEqualTo("a\\u001bb: [x\\ny]" + System.lineSeparator() + "  fix:     |");
  }

  @Test
  void writesNumbersAlikeUnderEveryLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG"));
      assertThat(SafeText.format("%d %,d %.2f %s", 12, 3456, 7.5, 0.25))
          .isEqualTo("12 3,456 7.50 0.25");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void excerptsAreShort() {
    assertThat(SafeText.excerpt("x".repeat(1000))).isEqualTo("x".repeat(80) + "...");
    assertThat(SafeText.excerpt("\n")).isEqualTo("\\n");
  }
}
