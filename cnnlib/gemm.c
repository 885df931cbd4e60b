/* Matrix products in the browser, 16 bytes of numbers at a time. `make gemm` compiles this file twice, with NUMBER float
   and double, to gemm-float32.wasm and gemm-float64.wasm.

   A tile of the result stays in registers while the loop runs over K: each number that is read is used for a whole row
   or column of the tile. The columns of b that a tile needs are put side by side first, DEPTH rows of them, so that they
   stay in the nearest cache while the rows of `a` pass by; the order in which b lies in memory no longer matters then.

   Where the size is no multiple of the tile, the last tile begins earlier and meets some numbers again: it puts the
   same numbers there, or, where terms are to be added, leaves them as they are. So M, N must be at least the size of a
   tile, and K at least 1.

   Steps are counted in numbers, not in bytes. */

typedef NUMBER vector __attribute__((vector_size(16), aligned(sizeof(NUMBER))));

// gemm.py knows the size of a tile, ROWS by WIDTH, and asks for no smaller result.
enum { LANES = 16 / sizeof(NUMBER), ROWS = 2, VECTORS = 4, WIDTH = VECTORS * LANES, DEPTH = 256 };

static inline int least(int a, int b) { return a < b ? a : b; }

/* a (M, K) times b (K, N), both in any order -> c (M, N). */
__attribute__((visibility("default")))
void times(int M, int K, int N, const NUMBER *a, int a_row, int a_column, const NUMBER *b, int b_row, int b_column,
           NUMBER *c) {
  static vector panel[DEPTH][VECTORS];
  for (int start = 0; start < K; start += DEPTH) {
    const int depth = least(DEPTH, K - start);
    for (int j = 0; j < N; j += WIDTH) {
      const int n = least(j, N - WIDTH);
      const NUMBER *right = b + start * b_row + n * b_column;
      for (int k = 0; k < depth; k++)
        for (int v = 0; v < VECTORS; v++)
          for (int lane = 0; lane < LANES; lane++)
            panel[k][v][lane] = right[k * b_row + (v * LANES + lane) * b_column];
      for (int i = 0; i < M; i += ROWS) {
        const int m = least(i, M - ROWS);
        const NUMBER *left = a + m * a_row + start * a_column;
        vector sum[ROWS][VECTORS] = {0};
        for (int k = 0; k < depth; k++)
          for (int r = 0; r < ROWS; r++)
            for (int v = 0; v < VECTORS; v++) sum[r][v] += left[r * a_row + k * a_column] * panel[k][v];
        for (int r = 0; r < ROWS; r++)
          for (int v = 0; v < VECTORS; v++) {
            NUMBER *to = c + (m + r) * N + n + v * LANES;
            if (start == 0) *(vector *)to = sum[r][v];
            else if (m + r >= i)
              for (int lane = 0; lane < LANES; lane++)
                if (n + v * LANES + lane >= j) to[lane] += sum[r][v][lane];
          }
      }
    }
  }
}
