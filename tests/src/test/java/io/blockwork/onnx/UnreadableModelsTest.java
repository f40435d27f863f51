package io.blockwork.onnx;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.io.FileException;
import io.blockwork.onnx.file.OnnxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a program is told where a model cannot be read. */
class UnreadableModelsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void areToldWithWhatHelps(WrongFile wrong) throws Exception {
    Path model = wrong.in(folder);
    var e = assertThrows(OnnxException.class, () -> OnnxNetwork.load(model));
    assertThat(e)
        .hasMessageThat()
        .isEqualTo(model + ": " + wrong.problem() + "; " + wrong.remedy(folder));
    assertThat(e).isInstanceOf(FileException.class);
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void whatIsNoFileIsNotRead() {
    var e = assertThrows(OnnxException.class, () -> OnnxNetwork.load(Path.of("/dev/zero")));
    assertThat(e)
        .hasMessageThat()
        .isEqualTo("/dev/zero: is a device or a pipe, where a file was expected; name a file");
  }

  @Test
  void aMissingFileIsToldWithTheNearestName() throws Exception {
    Files.createFile(folder.resolve("resnet50.onnx"));
    Path missing = folder.resolve("resnet.onnx");
    var e = assertThrows(OnnxException.class, () -> OnnxNetwork.load(missing));
    assertThat(e)
        .hasMessageThat()
        .isEqualTo(
            missing
                + ": does not exist; the nearest name there is resnet50.onnx; put it there, or"
                + " correct the path");
  }
}
