package io.blockwork.engine.winograd;

import io.blockwork.engine.winograd.WinogradConvolution.Problem;
import io.blockwork.memory.NativeBlock;
import io.blockwork.memory.NativeValues;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * For each tile of a convolution the addresses of its pixels. Convolutions that run one after
 * another share their tables: a network's layers of one size read and write the same few places by
 * turns. Used by one thread at a time.
 */
public final class TileTables implements AutoCloseable {
  private final Map<List<Object>, NativeBlock> tables = new HashMap<>();

  /**
   * What a table depends on.
   *
   * @param pixels of a tile
   * @param step pixels from a tile to its neighbour
   * @param images of a batch
   * @param down tiles above each other in an image
   * @param across tiles side by side
   * @param tiles of all, with those that fill the last group up and are of no image
   */
  private record Table(TilePixels pixels, int step, int images, int down, int across, int tiles) {
    /** Every component: a record's own hash costs a process milliseconds before its first use. */
    List<Object> key() {
      return List.of(pixels.key(), step, images, down, across, tiles);
    }
  }

  /** The address of the table, tile after tile and row after row. */
  long of(TilePixels pixels, Problem problem, int tiles) {
    var table =
        new Table(
            pixels,
            problem.tile().outputs(),
            problem.batch(),
            problem.tilesDown(),
            problem.tilesAcross(),
            tiles);
    return tables.computeIfAbsent(table.key(), key -> fill(table)).address();
  }

  private static NativeBlock fill(Table table) {
    long[] tile = new long[table.pixels().side() * table.pixels().side()];
    NativeBlock block = NativeBlock.allocate((long) table.tiles() * tile.length * Long.BYTES);
    LongBuffer words = NativeValues.bytes(block.address(), block.bytes()).asLongBuffer();
    for (int i = 0; i < table.tiles(); i++) {
      int column = i % table.across() * table.step();
      int row = i / table.across() % table.down() * table.step();
      int image = i / table.across() / table.down();
      if (image < table.images()) {
        table.pixels().tile(image, row, column, tile);
      } else {
        Arrays.fill(tile, table.pixels().elsewhere());
      }
      words.put(tile);
    }
    return block;
  }

  /** Bytes of all tables. */
  public long bytes() {
    return tables.values().stream().mapToLong(NativeBlock::bytes).sum();
  }

  /** Gives the memory back, which no convolution may use any more. */
  @Override
  public void close() {
    tables.values().forEach(NativeBlock::close);
    tables.clear();
  }
}
