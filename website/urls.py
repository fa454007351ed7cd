from django.urls import path

from website import views

app_name = "website"

urlpatterns = [
    path("", views.front_page, name="front_page"),
]
