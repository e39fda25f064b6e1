// The types of the routines that are looked up when OpenBLAS is loaded. OpenBLAS contains LAPACK, but
// Debian's libopenblas-dev ships no header for it.
#if __has_include(<openblas/cblas.h>)
#include <openblas/cblas.h>
#else
#include <cblas.h>
#endif

typedef __typeof__(&cblas_sgemm) copenblas_sgemm;
typedef __typeof__(&cblas_sgemv) copenblas_sgemv;
typedef __typeof__(&cblas_dgemm) copenblas_dgemm;

typedef void (*copenblas_dgeqrf)(const int *rows, const int *columns, double *matrix,
                                 const int *leading_dimension, double *tau, double *work,
                                 const int *work_size, int *info);
typedef void (*copenblas_dorgqr)(const int *rows, const int *columns, const int *reflectors,
                                 double *matrix, const int *leading_dimension, const double *tau,
                                 double *work, const int *work_size, int *info);
