package io.blockwork.engine.winograd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.blockwork.engine.x86.VectorSet;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The choice of tiles, beside what was the fastest by measurement with cold weights. On AMD with
 * 512-bit vectors whole networks were measured, of which 512 channels with one image tell it apart.
 */
final class TileChoiceTest {
  private static String choice(
      TileCosts costs, Set<Tile> tiles, int in, int out, int size, int images) {
    Optional<Tile> best = TileChoice.best(costs, tiles, in, out, images, size, size);
    return best.map(Tile::name).orElse("direct");
  }

  @ParameterizedTest
  @CsvSource({
    "64, 64, 56, F4, F4, F4",
    "128, 128, 28, F4, F4, F4",
    "256, 256, 14, F2, F4, F4",
    "512, 512, 7, direct, F4, F4",
    "128, 32, 56, F4, F4, F4",
    "128, 32, 28, F4, F4, F4",
    "16, 16, 32, F4, F4, F4",
    "32, 32, 16, F4, F4, F4",
    "64, 64, 8, F2, F4, F4",
    "128, 128, 16, F4, F4, F4",
    "512, 512, 4, direct, F2, F4",
  })
  void isTheFastestWith512BitVectors(
      int in, int out, int size, String one, String four, String sixteen) {
    Set<Tile> all = EnumSet.allOf(Tile.class);
    assertEquals(one, choice(TileCosts.WIDE, all, in, out, size, 1));
    assertEquals(four, choice(TileCosts.WIDE, all, in, out, size, 4));
    assertEquals(sixteen, choice(TileCosts.WIDE, all, in, out, size, 16));
  }

  @ParameterizedTest
  @CsvSource({
    "64, 64, 56, F4, F4",
    "256, 256, 14, F2, F4",
    "512, 512, 7, F2, F4",
    "512, 512, 4, direct, F2",
    "64, 64, 8, F2, F4",
  })
  void isTheFastestWith256BitVectors(int in, int out, int size, String one, String four) {
    Set<Tile> all = EnumSet.allOf(Tile.class);
    assertEquals(one, choice(TileCosts.NARROW, all, in, out, size, 1));
    assertEquals(four, choice(TileCosts.NARROW, all, in, out, size, 4));
  }

  @ParameterizedTest
  @CsvSource({
    "64, 64, 56, F4, F4, F4",
    "128, 128, 28, F4, F4, F4",
    "256, 256, 14, F4, F4, F4",
    "512, 512, 7, F2, F4, F4",
    "128, 32, 56, F4, F4, F4",
    "16, 16, 32, F4, F4, F4",
  })
  void filtersLayersOfManyChannelsForOneImageOnAmd(
      int in, int out, int size, String one, String four, String sixteen) {
    Set<Tile> all = EnumSet.allOf(Tile.class);
    assertEquals(one, choice(TileCosts.WIDE_AMD, all, in, out, size, 1));
    assertEquals(four, choice(TileCosts.WIDE_AMD, all, in, out, size, 4));
    assertEquals(sixteen, choice(TileCosts.WIDE_AMD, all, in, out, size, 16));
  }

  @Test
  void costsFollowFromTheInstructionsAndTheMaker() {
    assertEquals(TileCosts.WIDE, TileCosts.of(VectorSet.AVX512, "GenuineIntel"));
    assertEquals(TileCosts.WIDE_AMD, TileCosts.of(VectorSet.AVX512, "AuthenticAMD"));
    assertEquals(TileCosts.NARROW, TileCosts.of(VectorSet.AVX2, "AuthenticAMD"));
  }

  @ParameterizedTest
  @CsvSource({"64, 56, 1, F2", "512, 7, 1, direct", "512, 7, 16, F2"})
  void keepsToTheTilesThatAreAllowed(int channels, int size, int images, String expected) {
    Set<Tile> small = EnumSet.of(Tile.F2);
    assertEquals(expected, choice(TileCosts.WIDE, small, channels, channels, size, images));
  }
}
