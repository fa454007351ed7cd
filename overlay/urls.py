from django.urls import path

from overlay import views

app_name = "overlay"

urlpatterns = [path("<str:token>/", views.page, name="page")]
