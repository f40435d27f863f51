/** Measurements that are run by hand: no tests. */
@NullMarked
package io.blockwork.benchmark;

import org.jspecify.annotations.NullMarked;
