package io.blockwork.spark;

import org.apache.spark.sql.SparkSession;

/** Spark in the JVM of the test. */
final class LocalSpark {
  private LocalSpark() {}

  /**
   * A session of several threads that share one machine's settings.
   *
   * @param threads tasks at a time
   */
  static SparkSession start(int threads) {
    return SparkSession.builder()
        .master("local[" + threads + "]")
        .appName("blockwork tests")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.warehouse.dir", System.getProperty("java.io.tmpdir"))
        .getOrCreate();
  }
}
